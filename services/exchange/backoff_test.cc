#include "services/exchange/backoff.h"

#include <set>

#include "gtest/gtest.h"

namespace dci::exchange {
namespace {

TEST(Backoff, DoublesUpToTheBound) {
  const BackoffOptions options{absl::Seconds(1), absl::Seconds(60)};
  uint64_t state = 7;
  absl::Duration whole = absl::Seconds(1);
  for (int attempt = 1; attempt <= 100; ++attempt) {
    const absl::Duration delay = NextDelay(options, attempt, &state);
    EXPECT_GE(delay, whole / 2) << attempt;
    EXPECT_LE(delay, whole) << attempt;
    whole = std::min(whole * 2, absl::Seconds(60));
  }
}

TEST(Backoff, EqualSeedsGiveEqualDelays) {
  uint64_t a = 42, b = 42;
  for (int i = 1; i < 20; ++i) {
    EXPECT_EQ(NextDelay({}, i, &a), NextDelay({}, i, &b));
  }
}

TEST(Backoff, PeersDoNotComeBackTogether) {
  uint64_t state = 1;
  std::set<absl::Duration> delays;
  for (int i = 0; i < 100; ++i) delays.insert(NextDelay({}, 3, &state));
  EXPECT_EQ(delays.size(), 100u);
}

}  // namespace
}  // namespace dci::exchange
