#include "services/exchange/rate_limiter.h"

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace dci::exchange {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1764000000);

dci::config::v1::RateLimit Limit(double per_second, int burst) {
  dci::config::v1::RateLimit limit;
  limit.set_messages_per_second(per_second);
  limit.set_burst(burst);
  return limit;
}

TEST(RateLimiter, NoLimitAlwaysPasses) {
  RateLimiter limiter;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(limiter.Take("a", Limit(0, 1), kStart), absl::ZeroDuration());
  }
}

TEST(RateLimiter, ABurstPassesAndThenTheRateHolds) {
  RateLimiter limiter;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(limiter.Take("a", Limit(2, 3), kStart), absl::ZeroDuration());
  }
  EXPECT_EQ(limiter.Take("a", Limit(2, 3), kStart), absl::Seconds(0.5));
  EXPECT_EQ(limiter.Take("a", Limit(2, 3), kStart + absl::Seconds(0.5)),
            absl::ZeroDuration());
  EXPECT_GT(limiter.Take("a", Limit(2, 3), kStart + absl::Seconds(0.5)),
            absl::ZeroDuration());
}

TEST(RateLimiter, OneSenderDoesNotUseUpAnothers) {
  RateLimiter limiter;
  EXPECT_EQ(limiter.Take("a", Limit(1, 1), kStart), absl::ZeroDuration());
  EXPECT_GT(limiter.Take("a", Limit(1, 1), kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("b", Limit(1, 1), kStart), absl::ZeroDuration());
}

TEST(RateLimiter, AClockSetBackTakesNothingAway) {
  RateLimiter limiter;
  EXPECT_EQ(limiter.Take("a", Limit(1, 2), kStart), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("a", Limit(1, 2), kStart - absl::Hours(1)),
            absl::ZeroDuration());
}

TEST(RateLimiter, FullBucketsAreForgottenAndBusyOnesAreNot) {
  RateLimiter limiter(/*max_senders=*/2);
  EXPECT_EQ(limiter.Take("old", Limit(1, 1), kStart), absl::ZeroDuration());
  const absl::Time later = kStart + absl::Minutes(1);
  EXPECT_EQ(limiter.Take("busy", Limit(1, 1), later), absl::ZeroDuration());
  EXPECT_EQ(limiter.Take("new", Limit(1, 1), later), absl::ZeroDuration());
  EXPECT_GT(limiter.Take("busy", Limit(1, 1), later), absl::ZeroDuration());
}

TEST(RateLimiter, ThreadsTogetherGetExactlyTheBurst) {
  RateLimiter limiter;
  std::vector<int> passed(4);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        passed[t] +=
            limiter.Take("a", Limit(1, 50), kStart) == absl::ZeroDuration();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed[0] + passed[1] + passed[2] + passed[3], 50);
}

}  // namespace
}  // namespace dci::exchange
