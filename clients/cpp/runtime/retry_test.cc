#include "clients/cpp/runtime/retry.h"

#include "gtest/gtest.h"
#include "services/schema/reason.h"

namespace dci::client {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);
const absl::Duration kNone = absl::ZeroDuration();

RetryOptions Options() {
  RetryOptions options;
  options.max_attempts = 4;
  options.first_delay = absl::Seconds(1);
  options.max_delay = absl::Seconds(3);
  return options;
}

absl::Status Unavailable() { return absl::UnavailableError("down"); }

TEST(Retry, WaitsTwiceAsLongEachTimeUpToTheBound) {
  Retry retry(Options(), absl::InfiniteFuture());
  EXPECT_EQ(retry.Next(Unavailable(), kNone, kNow, 1.0), absl::Seconds(1));
  EXPECT_EQ(retry.Next(Unavailable(), kNone, kNow, 1.0), absl::Seconds(2));
  EXPECT_EQ(retry.Next(Unavailable(), kNone, kNow, 1.0), absl::Seconds(3));
  EXPECT_EQ(retry.Next(Unavailable(), kNone, kNow, 1.0), std::nullopt);
  EXPECT_EQ(retry.attempts(), 4);
}

TEST(Retry, DrawsFromTheUpperHalf) {
  Retry retry(Options(), absl::InfiniteFuture());
  EXPECT_EQ(retry.Next(Unavailable(), kNone, kNow, 0.0),
            absl::Milliseconds(500));
}

TEST(Retry, WaitsAsLongAsItIsAskedTo) {
  Retry retry(Options(), absl::InfiniteFuture());
  EXPECT_EQ(retry.Next(Unavailable(), absl::Seconds(30), kNow, 0.0),
            absl::Seconds(30));
}

TEST(Retry, DoesNotWaitBeyondTheDeadline) {
  Retry retry(Options(), kNow + absl::Seconds(1));
  EXPECT_EQ(retry.Next(Unavailable(), kNone, kNow, 1.0), std::nullopt);
  EXPECT_EQ(retry.attempts(), 1);
}

TEST(Retry, RepeatsExactlyWhatTheReasonsSay) {
  const auto* reasons = dci::common::v1::Reason_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const auto reason =
        static_cast<schema::Reason>(reasons->value(i)->number());
    Retry retry(Options(), absl::InfiniteFuture());
    EXPECT_EQ(
        retry.Next(schema::Refusal(reason, ""), kNone, kNow, 0).has_value(),
        schema::Info(reason).retry)
        << reasons->value(i)->name();
  }
}

TEST(Retry, OneAttemptMeansNoRepetition) {
  RetryOptions options = Options();
  options.max_attempts = 1;
  Retry retry(options, absl::InfiniteFuture());
  EXPECT_EQ(retry.Next(Unavailable(), kNone, kNow, 0), std::nullopt);
}

}  // namespace
}  // namespace dci::client
