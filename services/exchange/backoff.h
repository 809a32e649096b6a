// When to try again.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_BACKOFF_H_
#define CONVERGENCE_SERVICES_EXCHANGE_BACKOFF_H_

#include <cstdint>

#include "absl/time/time.h"

namespace dci::exchange {

struct BackoffOptions {
  absl::Duration first_delay = absl::Seconds(1);
  absl::Duration max_delay = absl::Minutes(5);
};

// Delay after the try number `attempt` (from 1) has failed: doubling from
// first_delay, at most max_delay, of which a part between one half and all is
// taken by chance, so that many messages to one peer do not come back at
// once. `state` is the state of the chance; equal seeds give equal delays.
absl::Duration NextDelay(const BackoffOptions& options, int attempt,
                         uint64_t* state);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_BACKOFF_H_
