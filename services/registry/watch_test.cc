#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/load.h"
#include "services/registry/test_registry.h"
#include "services/registry/test_subscriptions.h"
#include "services/registry/watch_hub.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using common::v1::REASON_REQUEST_BAD;
using common::v1::REASON_REQUEST_NOT_FOUND;
using common::v1::REASON_REQUEST_TOO_MANY_REQUESTS;
using common::v1::REASON_SERVICE_UNAVAILABLE;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The calls of a test, and what they were given.
class Calls {
 public:
  struct One {
    std::vector<std::string> changes;  // reference ids
    std::string cursor;
    int answers = 0;
    absl::Status end;
    bool ended = false;
    std::function<void(bool)> next;
    std::shared_ptr<std::atomic<bool>> gone;
  };

  explicit Calls(WatchHubOptions options = {})
      : hub_(std::make_unique<WatchHub>(
            std::vector<WatchReader>{WatchReader(site_.subscriptions.get())},
            options, [this] { ++woken_; })) {}

  std::shared_ptr<One> Add(ext::v1::WatchRequest request, bool once) {
    auto one = std::make_shared<One>();
    Watcher watcher;
    watcher.request = std::move(request);
    watcher.sender_id = "sp";
    watcher.once = once;
    watcher.give = [one](absl::StatusOr<ext::v1::WatchResponse> response,
                         std::function<void(bool)> next) {
      ++one->answers;
      one->ended = !next;
      one->next = std::move(next);
      if (!response.ok()) {
        one->end = response.status();
        return;
      }
      one->cursor = response->cursor();
      for (const ext::v1::WatchEvent& event : response->events())
        one->changes.push_back(event.event().reference_id());
    };
    one->gone = watcher.gone;
    hub_->Add(std::move(watcher));
    return one;
  }
  std::shared_ptr<One> Poll(const std::string& cursor, int wait,
                            int max_events = 100) {
    ext::v1::WatchRequest request;
    request.set_cursor(cursor);
    request.set_wait_seconds(wait);
    request.set_max_events(max_events);
    return Add(request, /*once=*/true);
  }
  void Pass() {
    for (int i = 0; i < 100; ++i) {
      const auto more = hub_->ExecutePass(site_.now);
      ASSERT_OK(more);
      if (!*more) return;
    }
    FAIL() << "there is always more";
  }

  TestSubscriptions site_;
  int woken_ = 0;
  std::unique_ptr<WatchHub> hub_;
};

std::string Text(uint64_t sequence) { return absl::StrCat(sequence); }

TEST(Watch, APollIsAnsweredWhenThereIsSomethingAndGoesOnFromThere) {
  Calls calls;
  calls.site_.Put("1", "before");
  auto first = calls.Poll("", 30);
  calls.Pass();
  EXPECT_EQ(first->answers, 0);
  const uint64_t change = calls.site_.Put("1", "1");
  calls.Pass();
  ASSERT_TRUE(first->ended);
  EXPECT_THAT(first->changes, ElementsAre(Text(change)));
  // Between two polls nothing is lost.
  const uint64_t next = calls.site_.Put("1", "2");
  const uint64_t last = calls.site_.Remove("1");
  auto second = calls.Poll(first->cursor, 30, 1);
  calls.Pass();
  EXPECT_THAT(second->changes, ElementsAre(Text(next)));
  auto third = calls.Poll(second->cursor, 30);
  calls.Pass();
  EXPECT_THAT(third->changes, ElementsAre(Text(last)));
  EXPECT_EQ(calls.hub_->waiting(), 0u);
  EXPECT_EQ(calls.woken_, 3);
}

TEST(Watch, APollWithoutAnythingEndsWhenItsWaitIsOver) {
  Calls calls;
  auto poll = calls.Poll("", 10);
  auto at_once = calls.Poll("", 0);
  calls.Pass();
  EXPECT_TRUE(at_once->ended);
  EXPECT_FALSE(poll->ended);
  calls.site_.now += absl::Seconds(10);
  calls.Pass();
  EXPECT_TRUE(poll->ended);
  EXPECT_OK(poll->end);
  EXPECT_THAT(poll->changes, IsEmpty());
  EXPECT_FALSE(poll->cursor.empty());
}

TEST(Watch, OnlyWhatIsAskedForIsGiven) {
  Calls calls;
  ext::v1::WatchRequest request;
  request.set_reg_event_type("Create");
  request.set_filter_type("expression");
  *request.mutable_expression() =
      Criteria("", "{\"poverty_score\":{\"$lt\":5}}").expression();
  request.set_cursor("earliest");
  request.set_wait_seconds(0);
  calls.site_.Put("rich", "9");
  const uint64_t poor = calls.site_.Put("poor", "1");
  calls.site_.Put("poor", "2");
  auto poll = calls.Add(request, true);
  // The same as a query parameter carries it.
  request.mutable_other()->set_text(
      "\"{\\\"value\\\":{\\\"expression\\\":{\\\"query\\\":"
      "{\\\"poverty_score\\\":{\\\"$lt\\\":5}}}}}\"");
  auto text = calls.Add(request, true);
  calls.Pass();
  EXPECT_THAT(poll->changes, ElementsAre(Text(poor)));
  EXPECT_OK(text->end);
  EXPECT_THAT(text->changes, ElementsAre(Text(poor)));
}

TEST(Watch, ASubscriptionsCriteriaMayBeTaken) {
  Calls calls;
  const std::string own = calls.site_.CodeFor("sp", Criteria("deleted"));
  const std::string foreign = calls.site_.CodeFor("other", Criteria("created"));
  calls.site_.Put("1", "1");
  const uint64_t gone = calls.site_.Remove("1");
  ext::v1::WatchRequest request;
  request.set_subscription_code(own);
  request.set_cursor("earliest");
  auto poll = calls.Add(request, true);
  request.set_subscription_code(foreign);
  auto refused = calls.Add(request, true);
  calls.Pass();
  EXPECT_THAT(poll->changes, ElementsAre(Text(gone)));
  EXPECT_EQ(schema::ReasonOf(refused->end), REASON_REQUEST_NOT_FOUND);
}

TEST(Watch, AStreamGivesAsFastAsItIsTaken) {
  Calls calls;
  ext::v1::WatchRequest request;
  request.set_max_events(1);
  auto stream = calls.Add(request, /*once=*/false);
  calls.Pass();
  const uint64_t first = calls.site_.Put("1", "1");
  const uint64_t second = calls.site_.Put("1", "2");
  calls.Pass();
  calls.Pass();
  EXPECT_THAT(stream->changes, ElementsAre(Text(first)));
  stream->next(true);
  calls.Pass();
  EXPECT_THAT(stream->changes, ElementsAre(Text(first), Text(second)));
  stream->next(true);
  // Silence is told of, so that the cursor moves on.
  calls.site_.now += absl::Seconds(30);
  calls.Pass();
  EXPECT_EQ(stream->answers, 3);
  stream->next(false);
  EXPECT_TRUE(stream->ended);
  EXPECT_EQ(calls.hub_->waiting(), 0u);
}

TEST(Watch, WhoIsGoneIsForgotten) {
  Calls calls;
  auto stream = calls.Add({}, /*once=*/false);
  calls.Pass();
  stream->gone->store(true);
  calls.Pass();
  EXPECT_TRUE(stream->ended);
  EXPECT_EQ(calls.hub_->waiting(), 0u);
}

TEST(Watch, CursorsThatAreNoneAreRefused) {
  Calls calls;
  auto poll = calls.Poll("", 0);
  calls.Pass();
  for (const std::string& wrong :
       {std::string("nonsense"), std::string("%%%"), poll->cursor + "AAAA"}) {
    auto refused = calls.Poll(wrong, 0);
    calls.Pass();
    EXPECT_EQ(schema::ReasonOf(refused->end), REASON_REQUEST_BAD) << wrong;
  }
  ext::v1::WatchRequest request;
  request.set_registry("ships");
  auto other = calls.Add(request, true);
  request.set_registry("SR");
  request.set_wait_seconds(0);
  auto known = calls.Add(request, true);
  request.set_reg_event_type("Eclipse");
  auto event = calls.Add(request, true);
  calls.Pass();
  EXPECT_EQ(schema::ReasonOf(other->end), REASON_REQUEST_NOT_FOUND);
  EXPECT_OK(known->end);
  EXPECT_EQ(schema::ReasonOf(event->end), REASON_REQUEST_BAD);
}

TEST(Watch, ALoadPastTheLogMakesOldCursorsTooOld) {
  Calls calls;
  auto before = calls.Poll("", 0);
  calls.Pass();
  auto waiting = calls.Poll(before->cursor, 30);
  calls.Pass();
  Loader loader(calls.site_.registry.get(), LoadOptions());
  ASSERT_OK(loader.AddWire("Group", MakeGroup("1").SerializeAsString()));
  const auto stats = loader.Finish();
  ASSERT_OK(stats);
  ASSERT_TRUE(stats->bulk);
  auto after = calls.Poll(before->cursor, 0);
  auto anew = calls.Poll("earliest", 0);
  calls.Pass();
  EXPECT_EQ(schema::ReasonOf(waiting->end), REASON_REQUEST_NOT_FOUND);
  EXPECT_EQ(schema::ReasonOf(after->end), REASON_REQUEST_NOT_FOUND);
  EXPECT_OK(anew->end);
}

TEST(Watch, ThereAreBoundsAndAnEnd) {
  WatchHubOptions options;
  options.max_watchers = 2;
  Calls calls(options);
  auto poll = calls.Poll("", 30);
  auto stream = calls.Add({}, /*once=*/false);
  auto refused = calls.Poll("", 30);
  EXPECT_EQ(schema::ReasonOf(refused->end), REASON_REQUEST_TOO_MANY_REQUESTS);
  calls.Pass();
  calls.hub_->Stop();
  EXPECT_TRUE(poll->ended);
  EXPECT_OK(poll->end);
  EXPECT_EQ(schema::ReasonOf(stream->end), REASON_SERVICE_UNAVAILABLE);
  auto late = calls.Poll("", 30);
  EXPECT_EQ(schema::ReasonOf(late->end), REASON_SERVICE_UNAVAILABLE);
}

}  // namespace
}  // namespace dci::registry
