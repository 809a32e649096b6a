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

TEST(RecentIds, TellsTheSameFromAnother) {
  RecentIds ids(absl::Minutes(6));
  EXPECT_EQ(ids.Note("a", "1", kNow), Seen::kNew);
  EXPECT_EQ(ids.Note("a", "1", kNow), Seen::kSame);
  EXPECT_EQ(ids.Note("a", "2", kNow), Seen::kOther);
  EXPECT_EQ(ids.Note("a", "1", kNow), Seen::kSame);
  EXPECT_EQ(ids.Note("b", "2", kNow), Seen::kNew);
}

TEST(RecentIds, ForgetsAfterTheWindow) {
  RecentIds ids(absl::Minutes(6));
  ids.Note("a", "1", kNow);
  EXPECT_EQ(ids.Note("a", "2", kNow + absl::Minutes(6) - absl::Seconds(1)),
            Seen::kOther);
  EXPECT_EQ(ids.Note("a", "2", kNow + absl::Minutes(6)), Seen::kNew);
}

TEST(RecentIds, ForgetsTheOldestBeyondItsBound) {
  RecentIds ids(absl::Minutes(6), /*max_ids=*/3);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(ids.Note(absl::StrCat(i), "1", kNow), Seen::kNew);
  }
  EXPECT_EQ(ids.Note("99", "1", kNow), Seen::kSame);
  EXPECT_EQ(ids.Note("0", "1", kNow), Seen::kNew);
}

TEST(RecentIds, OfManyThreadsOneIsFirst) {
  RecentIds ids(absl::Minutes(6));
  std::atomic<int> first{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        first += ids.Note(absl::StrCat(i), "1", kNow) == Seen::kNew;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first, 200);
}

}  // namespace
}  // namespace dci::exchange
