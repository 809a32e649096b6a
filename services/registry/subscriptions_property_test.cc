// Random changes, subscriptions, stops, restarts and clocks, against a model
// that knows what each subscription must get: each change once and in order.
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/status_matchers.h"
#include "services/registry/notification_source.h"
#include "services/registry/test_subscriptions.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAreArray;

// What the model knows of a subscription.
struct Expected {
  std::string sender;
  int below = 0;  // scores below this
  bool deletions = false;
  bool live = true;
  absl::Time start, end;
  std::vector<uint64_t> changes;
  std::vector<uint64_t> got;
};

class Story {
 public:
  Story(unsigned seed, const SubscriptionsOptions& options)
      : random_(seed), site_(options) {}

  void Execute(int steps) {
    for (int i = 0; i < steps; ++i) Step();
    for (auto& [code, one] : expected_) {
      if (Suspended(code)) Resume(code);
      // One that has ended while it was stopped: the operator replays it.
      Replay(one.sender, code);
    }
    site_.now += absl::Hours(48);
    site_.Pass();
    // Schedules that were due in between.
    site_.now += absl::Hours(2);
    site_.Pass();
    Take();
    for (const auto& [code, one] : expected_)
      EXPECT_THAT(one.got, ElementsAreArray(one.changes)) << code;
  }

  size_t changes() const { return count_; }
  size_t subscriptions() const { return expected_.size(); }

 private:
  int Below(int bound) {
    return std::uniform_int_distribution<int>(0, bound - 1)(random_);
  }

  void Step() {
    const int what = Below(100);
    if (what < 40) return Change();
    if (what < 52) return Subscribe();
    if (what < 57) return Unsubscribe();
    if (what < 62) return Stop();
    if (what < 67) return GoOn();
    if (what < 72) return site_.Restart();
    // Clocks are also set back.
    if (what < 80) {
      site_.now += absl::Minutes(Below(90) - 30);
      return;
    }
    if (what < 85) return Take();
    EXPECT_OK(site_.subscriptions->fan_out().Execute(site_.now));
  }

  void Change() {
    const std::string id = absl::StrCat(Below(5));
    const int score = Below(10);
    const bool removed = Below(6) == 0;
    const uint64_t sequence =
        removed ? site_.Remove(id) : site_.Put(id, absl::StrCat(score));
    if (sequence == 0) return;
    ++count_;
    const int now = removed ? held_[id] : score;
    held_[id] = score;
    for (auto& [code, one] : expected_) {
      // An end is known to the registry when a pass has seen it; what is
      // changed from then on by a clock set back is after the end.
      if (one.live && one.deletions == removed && now < one.below &&
          site_.now >= one.start && site_.now < one.end && Live(code))
        one.changes.push_back(sequence);
    }
  }

  void Subscribe() {
    Expected one;
    one.sender = absl::StrCat("sp", Below(4));
    one.below = 1 + Below(10);
    one.deletions = Below(4) == 0;
    one.start = absl::InfinitePast();
    one.end = absl::InfiniteFuture();
    v1::SubscribeCriteria criteria =
        Criteria(one.deletions ? "deleted" : "changes",
                 absl::StrCat("{\"poverty_score\":{\"$lt\":", one.below, "}}"),
                 Below(3) == 0 ? "0 0/30 * * * ?" : "");
    if (Below(4) == 0) {
      one.start = site_.now + absl::Minutes(1 + Below(60));
      criteria.mutable_frequency()->set_start_time(FormatTimestamp(one.start));
    }
    if (Below(4) == 0) {
      one.end = site_.now + absl::Minutes(70 + Below(120));
      criteria.mutable_frequency()->set_end_time(FormatTimestamp(one.end));
    }
    const auto made = site_.Subscribe(one.sender, criteria);
    ASSERT_OK(made);
    const std::string code = TestSubscriptions::CodeOf(made);
    // One like it that is there already, or is resumed.
    if (expected_.contains(code)) return;
    ASSERT_EQ(made->status, common::v1::REQUEST_STATUS_SUCC);
    expected_.emplace(code, std::move(one));
  }

  void Unsubscribe() {
    for (auto& [code, one] : expected_) {
      if (!one.live || Below(3) != 0) continue;
      one.live = false;
      EXPECT_OK(site_.Unsubscribe(one.sender, {code}));
      return;
    }
  }

  bool Live(const std::string& code) { return IsLive(site_.Row(code)); }
  bool Suspended(const std::string& code) {
    return site_.Row(code).state() == state::Subscription::SUSPENDED;
  }

  // As after failed tries: the lane is parked with what is in it.
  void Stop() {
    for (auto& [code, one] : expected_) {
      if (Below(3) != 0) continue;
      const std::string lane = exchange::Outbox::LaneOf(one.sender, code);
      EXPECT_OK(site_.Commit([&](storage::CommitView& view) -> absl::Status {
        auto stopped = Suspend(site_.subscriptions->rows(), code, "failed",
                               site_.now, view);
        if (!stopped.ok() || !*stopped) return stopped.status();
        // What is delivered is all delivered, so that a lane begins at 0.
        return site_.outbox.Park(view, lane, 0, "failed");
      }));
      return;
    }
  }

  void GoOn() {
    for (auto& [code, one] : expected_)
      if (Suspended(code) && Below(2) == 0) return Resume(code);
  }

  void Resume(const std::string& code) {
    const state::Subscription row = site_.Row(code);
    EXPECT_OK(site_.Commit([&](storage::CommitView& view) {
      return dci::registry::Resume(site_.subscriptions->rows(), site_.outbox,
                                   row, site_.now, view)
          .status();
    }));
  }

  void Replay(const std::string& sender, const std::string& code) {
    EXPECT_OK(site_.Commit([&](storage::CommitView& view) {
      return site_.outbox
          .Replay(view, exchange::Outbox::LaneOf(sender, code), site_.now)
          .status();
    }));
  }

  void Take() {
    for (const Told& told : site_.Deliver()) {
      std::vector<uint64_t>& got = expected_[told.code].got;
      got.insert(got.end(), told.sequences.begin(), told.sequences.end());
    }
  }

  std::mt19937 random_;
  TestSubscriptions site_;
  std::map<std::string, Expected> expected_;
  std::map<std::string, int> held_;
  size_t count_ = 0;
};

SubscriptionsOptions Small() {
  SubscriptionsOptions options;
  options.config.set_max_per_sender(1000);
  options.config.set_max_events_per_message(2);
  // "changes": created or updated, as one event.
  wire::v1::Event* changes = options.config.add_events();
  changes->set_name("changes");
  options.fan_out.max_messages = 3;
  options.fan_out.max_changes = 4;
  return options;
}

class SubscriptionsProperty : public testing::TestWithParam<unsigned> {};

TEST_P(SubscriptionsProperty, EachGetsItsChangesOnceAndInOrder) {
  Story story(GetParam(), Small());
  story.Execute(400);
  EXPECT_GT(story.changes(), 50u);
  EXPECT_GT(story.subscriptions(), 10u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubscriptionsProperty, testing::Range(1u, 41u));

}  // namespace
}  // namespace dci::registry
