#include "services/exchange/recent_ids.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace dci::exchange {
namespace {

using Seen = RecentIds::Seen;

const absl::Time kNow = absl::FromUnixSeconds(1795502400);
const absl::Time kUntil = kNow + absl::Minutes(6);

TEST(RecentIds, TellsTheSameFromAnother) {
  RecentIds ids;
  EXPECT_EQ(ids.Note("a", "1", kNow, kUntil), Seen::kNew);
  EXPECT_EQ(ids.Note("a", "1", kNow, kUntil), Seen::kSame);
  EXPECT_EQ(ids.Note("a", "2", kNow, kUntil), Seen::kOther);
  EXPECT_EQ(ids.Note("a", "1", kNow, kUntil), Seen::kSame);
  EXPECT_EQ(ids.Note("b", "2", kNow, kUntil), Seen::kNew);
}

TEST(RecentIds, LookingRemembersNothing) {
  RecentIds ids;
  EXPECT_EQ(ids.Look("a", "1", kNow), Seen::kNew);
  EXPECT_EQ(ids.Note("a", "2", kNow, kUntil), Seen::kNew);
  EXPECT_EQ(ids.Look("a", "1", kNow), Seen::kOther);
  EXPECT_EQ(ids.Look("a", "2", kNow), Seen::kSame);
  EXPECT_EQ(ids.Look("a", "1", kUntil), Seen::kNew);
}

TEST(RecentIds, ForgetsEachAtItsTime) {
  RecentIds ids;
  ids.Note("long", "1", kNow, kUntil + absl::Hours(1));
  ids.Note("short", "1", kNow, kUntil);
  EXPECT_EQ(ids.Note("short", "2", kUntil - absl::Seconds(1), kUntil),
            Seen::kOther);
  EXPECT_EQ(ids.Look("short", "2", kUntil), Seen::kNew);
  EXPECT_EQ(ids.Look("long", "2", kUntil), Seen::kOther);
  EXPECT_EQ(ids.Look("long", "2", kUntil + absl::Hours(1)), Seen::kNew);
}

TEST(RecentIds, ForgetsWhatEndsSoonestBeyondItsBound) {
  RecentIds ids(/*max_ids=*/3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(ids.Note(absl::StrCat(i), "1", kNow, kUntil + absl::Seconds(i)),
              Seen::kNew);
  }
  EXPECT_EQ(ids.Look("99", "1", kNow), Seen::kSame);
  EXPECT_EQ(ids.Look("97", "1", kNow), Seen::kSame);
  EXPECT_EQ(ids.Look("96", "1", kNow), Seen::kNew);
}

TEST(RecentIds, OfManyThreadsOneIsFirst) {
  RecentIds ids;
  std::atomic<int> first{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        first += ids.Note(absl::StrCat(i), "1", kNow, kUntil) == Seen::kNew;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first, 200);
}

}  // namespace
}  // namespace dci::exchange
