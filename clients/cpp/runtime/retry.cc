#include "clients/cpp/runtime/retry.h"

#include <algorithm>

#include "services/schema/reason.h"

namespace dci::client {

std::optional<absl::Duration> Retry::Next(const absl::Status& status,
                                          absl::Duration retry_after,
                                          absl::Time now, double random) {
  if (!schema::Info(schema::ReasonOf(status)).retry) return std::nullopt;
  if (attempts_ >= options_.max_attempts) return std::nullopt;
  absl::Duration delay = options_.first_delay;
  for (int i = 1; i < attempts_ && delay < options_.max_delay; ++i) delay *= 2;
  delay = std::min(delay, options_.max_delay) * (0.5 + random / 2);
  delay = std::max(delay, retry_after);
  if (now + delay >= deadline_) return std::nullopt;
  ++attempts_;
  return delay;
}

}  // namespace dci::client
