#include "services/exchange/rate_limiter.h"

#include <algorithm>

namespace dci::exchange {

absl::Duration RateLimiter::Take(absl::string_view sender,
                                 const dci::config::v1::RateLimit& limit,
                                 absl::Time now) {
  const double rate = limit.messages_per_second();
  if (!(rate > 0)) return absl::ZeroDuration();
  const double capacity =
      limit.burst() > 0 ? limit.burst() : std::max(1.0, rate);
  std::lock_guard<std::mutex> lock(mutex_);
  if (buckets_.size() >= max_senders_) Forget(now);
  auto [it, is_new] = buckets_.try_emplace(std::string(sender));
  Bucket& bucket = it->second;
  if (is_new) bucket = {capacity, capacity, rate, now};
  bucket.capacity = capacity;
  bucket.per_second = rate;
  // A clock that was set back must not drain the bucket.
  const double elapsed =
      std::max(0.0, absl::ToDoubleSeconds(now - bucket.filled));
  bucket.tokens = std::min(capacity, bucket.tokens + elapsed * rate);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return absl::ZeroDuration();
  }
  return absl::Seconds((1 - bucket.tokens) / rate);
}

void RateLimiter::Forget(absl::Time now) {
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    const Bucket& b = it->second;
    const double tokens =
        b.tokens + absl::ToDoubleSeconds(now - b.filled) * b.per_second;
    if (tokens >= b.capacity) {
      buckets_.erase(it++);
    } else {
      ++it;
    }
  }
}

}  // namespace dci::exchange
