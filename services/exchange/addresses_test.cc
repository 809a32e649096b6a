#include "services/exchange/addresses.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace dci::exchange {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795502400);
const AddressLimits kLimits{2, 3, absl::Seconds(30)};

TEST(Addresses, HaveTheirPlacesEach) {
  Addresses addresses(kLimits);
  EXPECT_TRUE(addresses.Take("a:1", kNow));
  EXPECT_TRUE(addresses.Take("a:1", kNow));
  EXPECT_FALSE(addresses.Take("a:1", kNow));
  EXPECT_TRUE(addresses.Take("a:2", kNow));
  addresses.Release("a:1");
  EXPECT_TRUE(addresses.Take("a:1", kNow));
}

TEST(Addresses, OneThatDoesNotAnswerIsLeftAloneAndThenTriedByOne) {
  Addresses addresses(kLimits);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(addresses.Take("a:1", kNow)) << i;
    addresses.Note("a:1", false, kNow);
    addresses.Release("a:1");
  }
  EXPECT_FALSE(addresses.Take("a:1", kNow + absl::Seconds(29)));
  EXPECT_TRUE(addresses.Take("a:1", kNow + absl::Seconds(30)));
  EXPECT_FALSE(addresses.Take("a:1", kNow + absl::Seconds(30)));
  // It fails again, and has to wait again.
  addresses.Note("a:1", false, kNow + absl::Seconds(31));
  addresses.Release("a:1");
  EXPECT_FALSE(addresses.Take("a:1", kNow + absl::Seconds(60)));
  EXPECT_TRUE(addresses.Take("a:1", kNow + absl::Seconds(61)));
  addresses.Note("a:1", true, kNow + absl::Seconds(62));
  EXPECT_TRUE(addresses.Take("a:1", kNow + absl::Seconds(62)));
}

TEST(Addresses, AnAnswerEndsTheRowOfFailures) {
  Addresses addresses(kLimits);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(addresses.Take("a:1", kNow)) << i;
    addresses.Note("a:1", i % 3 == 2, kNow);
    addresses.Release("a:1");
  }
}

TEST(Addresses, OfManyThreadsNoMoreThanTheBoundAreIn) {
  Addresses addresses(kLimits);
  std::vector<std::thread> threads;
  std::atomic<int> in{0};
  std::atomic<bool> over{false};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (!addresses.Take("a:1", kNow)) continue;
        if (++in > 2) over = true;
        --in;
        addresses.Release("a:1");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(over);
}

}  // namespace
}  // namespace dci::exchange
