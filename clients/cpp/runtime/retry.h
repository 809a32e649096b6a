// When a call is repeated.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_RETRY_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_RETRY_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clients/cpp/runtime/options.h"

namespace dci::client {

// The repetitions of one call. Not thread-safe.
class Retry {
 public:
  Retry(const RetryOptions& options, absl::Time deadline)
      : options_(options), deadline_(deadline) {}

  // After an attempt that failed with `status` at `now`: how long to wait
  // before the next one, or nothing where there is none: the reason says that
  // repeating does not help, the attempts are used up, or the next one would
  // begin after the deadline. `retry_after` is what the other side asked for;
  // `random` is in [0, 1).
  std::optional<absl::Duration> Next(const absl::Status& status,
                                     absl::Duration retry_after, absl::Time now,
                                     double random);

  int attempts() const { return attempts_; }

 private:
  const RetryOptions options_;
  const absl::Time deadline_;
  int attempts_ = 1;
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_RETRY_H_
