// Contract: groups are sealed.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/storage/store_contract.h"

namespace dci::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Writes into a space of its own how many rows each group had, and keeps all
// of them. It runs on a thread of the store: look at it when nothing is under
// way.
class CountingSealer : public Sealer {
 public:
  explicit CountingSealer(Space links) : links_(links) {}

  absl::Status Seal(absl::Span<const Row> rows, CommitView& view) override {
    if (!failure.ok()) return failure;
    for (const Row& row : rows)
      seen.push_back(
          absl::StrCat(std::string(row.key), "=", std::string(row.value)));
    sizes.push_back(rows.size());
    view.Put(links_, absl::StrCat("link", ++links), absl::StrCat(rows.size()));
    return absl::OkStatus();
  }

  absl::Status failure;
  std::vector<std::string> seen;
  std::vector<size_t> sizes;
  int links = 0;

 private:
  const Space links_;
};

TEST_P(StoreContract, AGroupIsSealedInItsOwnWrite) {
  const auto sealer = std::make_shared<CountingSealer>(b_);
  store_->SetSealer(a_, sealer);
  ASSERT_OK(CommitAndWait(*store_, {}, [&](CommitView& view) {
    view.Put(a_, "2", "y");
    view.Put(a_, "1", "x");
    view.Put(a_, "3", "z");
    view.Delete(a_, "3");
    view.Put(b_, "other", "");
    return absl::OkStatus();
  }));
  // Visible when `done` was called; deletions are no rows.
  EXPECT_EQ(Get(b_, "link1"), "2");
  EXPECT_THAT(sealer->seen, ElementsAre("1=x", "2=y"));
}

TEST_P(StoreContract, AGroupWithoutRowsOfTheSpaceIsNotSealed) {
  const auto sealer = std::make_shared<CountingSealer>(b_);
  store_->SetSealer(a_, sealer);
  ASSERT_OK(Put(b_, "k", "v"));
  ASSERT_OK(
      CommitAndWait(*store_, {}, [](CommitView&) { return absl::OkStatus(); }));
  EXPECT_FALSE(CommitAndWait(*store_, {}, [&](CommitView& view) {
                 view.Put(a_, "k", "v");
                 return absl::AbortedError("changed its mind");
               }).ok());
  EXPECT_EQ(sealer->links, 0);
}

TEST_P(StoreContract, EveryRowIsSealedOnceHoweverCommitsAreMerged) {
  const auto sealer = std::make_shared<CountingSealer>(b_);
  store_->SetSealer(a_, sealer);
  for (int i = 0; i < 500; ++i)
    store_->Commit({{},
                    [this](CommitView& view) {
                      view.Put(a_, absl::StrCat(1000 + view.NextSequence()),
                               "");
                      return absl::OkStatus();
                    },
                    nullptr});
  store_->Drain();
  EXPECT_EQ(sealer->seen.size(), 500u);
  // The sequence orders the groups among each other too.
  EXPECT_TRUE(std::is_sorted(sealer->seen.begin(), sealer->seen.end()));
  size_t written = 0;
  for (int i = 1; i <= sealer->links; ++i) {
    int rows = 0;
    ASSERT_TRUE(absl::SimpleAtoi(Get(b_, absl::StrCat("link", i)), &rows));
    written += rows;
  }
  EXPECT_EQ(written, 500u);
}

TEST_P(StoreContract, WhatCannotBeSealedIsNotWritten) {
  const auto sealer = std::make_shared<CountingSealer>(b_);
  store_->SetSealer(a_, sealer);
  sealer->failure = absl::InternalError("no seal");
  EXPECT_THAT(Put(a_, "k", "v"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no seal")));
  EXPECT_EQ(Get(a_, "k"), "-");
  EXPECT_TRUE(store_->Stats().failed);
}

}  // namespace
}  // namespace dci::storage
