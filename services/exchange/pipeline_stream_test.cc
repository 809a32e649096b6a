// Searches that are answered page by page.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"

namespace dci::exchange {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<std::string> items;
    for (int i = 0; i < 5; ++i) {
      items.push_back(AddJson(absl::StrCat("r-", i), absl::StrCat("n", i)));
    }
    ASSERT_OK(h.Post("SyncAdd", Message{.items = items}.ToJson()).status);
  }
  void Open(const std::string& prefix, absl::string_view method = "SyncList",
            absl::Time deadline = absl::InfiniteFuture()) {
    RawMessage raw;
    raw.method = h.model().FindMethod(
        absl::StrCat("dci.exchange.testing.Tally.", method));
    raw.bytes =
        Message{
            .action = "list",
            .message_id = "s-" + prefix,
            .items = {absl::StrCat(R"({"reference_id":"r","prefix":")", prefix,
                                   R"(","pagination":{"page_size":2},)"
                                   R"("timestamp":"2026-11-24T06:40:00Z"})")}}
            .ToJson();
    raw.received = h.clock.Now();
    raw.deadline = deadline;
    h.pipeline().HandleStream(
        std::move(raw),
        [this](Answer page, std::function<void()> next) {
          pages_.push_back(page.bytes);
          next_ = std::move(next);
        },
        [this](Answer answer) { end_ = std::move(answer); });
    // A page may have to wait for a commit.
    h.store().Drain();
  }
  void Next() {
    std::function<void()> next;
    next.swap(next_);
    next();
    h.store().Drain();
  }

  Harness h;
  std::vector<std::string> pages_;
  std::function<void()> next_;
  std::optional<Answer> end_;
};

TEST_F(StreamTest, GivesAPageWheneverItIsAskedForOne) {
  Open("n");
  EXPECT_EQ(pages_.size(), 1u);
  Next();
  EXPECT_EQ(pages_.size(), 2u);
  EXPECT_FALSE(end_.has_value());
  Next();
  Next();
  ASSERT_TRUE(end_.has_value());
  EXPECT_OK(end_->status);
  EXPECT_THAT(end_->bytes, IsEmpty());
  EXPECT_THAT(pages_, ElementsAre(AllOf(HasSubstr(R"("names":["n0","n1"])"),
                                        HasSubstr(R"("status":"pdng")"),
                                        HasSubstr(R"("action":"on-list")")),
                                  HasSubstr(R"("names":["n2","n3"])"),
                                  AllOf(HasSubstr(R"("names":["n4"])"),
                                        HasSubstr(R"("completed_count":1)"))));
}

TEST_F(StreamTest, WhoReadWhatIsWrittenBeforeThePageIsGiven) {
  Open("logged");
  EXPECT_EQ(h.Count("read-log"), 1);
  EXPECT_EQ(pages_.size(), 1u);
  Next();
  EXPECT_TRUE(end_.has_value());
}

TEST_F(StreamTest, ARefusedItemIsAPageAndAFaultEndsTheStream) {
  Open("secret");
  EXPECT_THAT(pages_, ElementsAre(HasSubstr("rjct.search_criteria.invalid")));
  Next();
  EXPECT_OK(end_->status);
  Open("fault");
  EXPECT_THAT(end_->status, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(StreamTest, EndsAtTheDeadline) {
  Open("n", "SyncList", h.clock.Now() + absl::Seconds(1));
  h.clock.Advance(absl::Seconds(1));
  Next();
  EXPECT_THAT(end_->status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(pages_.size(), 1u);
}

TEST_F(StreamTest, AReceiverThatGoesAwayHoldsNothingUp) {
  Open("n");
  next_ = nullptr;
  EXPECT_TRUE(end_.has_value());
  h.pipeline().Drain();
}

TEST_F(StreamTest, WhatChangesSomethingIsNotStreamed) {
  Open("n", "SyncAdd");
  EXPECT_FALSE(end_->status.ok());
}

}  // namespace
}  // namespace dci::exchange
