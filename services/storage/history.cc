#include "services/storage/history.h"

#include <utility>

namespace dci::storage {

History::Answer History::Find(KeyView key, uint64_t since) const {
  for (auto it = groups_.rbegin(); it != groups_.rend(); ++it) {
    if (it->epoch <= since) break;
    if (it->changes == nullptr) return {Answer::kAskEngine, std::nullopt};
    if (auto state = it->changes->Find(key); state.has_value())
      return {Answer::kChanged, *state};
  }
  return {Answer::kUnchanged, std::nullopt};
}

void History::Add(uint64_t epoch, std::shared_ptr<const Overlay> changes) {
  groups_.push_back({epoch, std::move(changes)});
}

void History::Forget(uint64_t epoch) {
  while (!groups_.empty() && groups_.front().epoch <= epoch)
    groups_.pop_front();
}

}  // namespace dci::storage
