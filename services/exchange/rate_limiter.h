// How many messages a sender may send.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_RATE_LIMITER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_RATE_LIMITER_H_

#include <cstddef>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"

namespace dci::exchange {

// A token bucket for each sender. Thread-safe.
class RateLimiter {
 public:
  // Senders remembered at most; beyond, those whose bucket is full again are
  // forgotten, which changes nothing for them.
  explicit RateLimiter(size_t max_senders = 100000)
      : max_senders_(max_senders) {}

  // Takes one message of `sender` from its bucket. Zero: it may pass.
  // Otherwise how long until it may. A limit of 0 always passes.
  absl::Duration Take(absl::string_view sender,
                      const dci::config::v1::RateLimit& limit, absl::Time now);

 private:
  struct Bucket {
    double tokens = 0;
    double capacity = 0;
    double per_second = 0;
    absl::Time filled;
  };
  void Forget(absl::Time now);

  const size_t max_senders_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Bucket> buckets_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_RATE_LIMITER_H_
