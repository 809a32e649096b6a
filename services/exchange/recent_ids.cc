#include "services/exchange/recent_ids.h"

namespace dci::exchange {

RecentIds::Seen RecentIds::Note(absl::string_view key,
                                absl::string_view fingerprint, absl::Time now) {
  std::lock_guard<std::mutex> lock(mutex_);
  Forget(now);
  const auto [it, is_new] =
      ids_.try_emplace(std::string(key), std::string(fingerprint));
  if (is_new) {
    by_age_.emplace_back(now, std::string(key));
    return Seen::kNew;
  }
  return it->second == fingerprint ? Seen::kSame : Seen::kOther;
}

void RecentIds::Forget(absl::Time now) {
  while (!by_age_.empty() && (by_age_.front().first + window_ <= now ||
                              by_age_.size() >= max_ids_)) {
    ids_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
}

}  // namespace dci::exchange
