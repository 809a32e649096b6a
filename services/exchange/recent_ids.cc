#include "services/exchange/recent_ids.h"

namespace dci::exchange {

RecentIds::Seen RecentIds::Note(absl::string_view key,
                                absl::string_view fingerprint, absl::Time now,
                                absl::Time until) {
  std::lock_guard<std::mutex> lock(mutex_);
  Forget(now);
  const auto [it, is_new] =
      ids_.try_emplace(std::string(key), std::string(fingerprint));
  if (is_new) {
    by_expiry_.emplace(until, std::string(key));
    if (by_expiry_.size() > max_ids_) ForgetNext();
    return Seen::kNew;
  }
  return it->second == fingerprint ? Seen::kSame : Seen::kOther;
}

RecentIds::Seen RecentIds::Look(absl::string_view key,
                                absl::string_view fingerprint, absl::Time now) {
  std::lock_guard<std::mutex> lock(mutex_);
  Forget(now);
  const auto it = ids_.find(key);
  if (it == ids_.end()) return Seen::kNew;
  return it->second == fingerprint ? Seen::kSame : Seen::kOther;
}

void RecentIds::Forget(absl::Time now) {
  while (!by_expiry_.empty() && by_expiry_.top().first <= now) ForgetNext();
}

void RecentIds::ForgetNext() {
  ids_.erase(by_expiry_.top().second);
  by_expiry_.pop();
}

}  // namespace dci::exchange
