#include "services/exchange/addresses.h"

namespace dci::exchange {

bool Addresses::Take(const std::string& address, absl::Time now) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto it = states_.find(address);
  if (it == states_.end()) {
    states_[address].in_flight = 1;
    return true;
  }
  State& state = it->second;
  int room = limits_.max_in_flight;
  if (state.failures >= limits_.breaker_failures) {
    room = now < state.closed_until ? 0 : 1;
  }
  if (state.in_flight >= room) return false;
  ++state.in_flight;
  return true;
}

void Addresses::Note(const std::string& address, bool answered,
                     absl::Time now) {
  std::lock_guard<std::mutex> lock(mutex_);
  State& state = states_[address];
  state.failures = answered ? 0 : state.failures + 1;
  if (state.failures >= limits_.breaker_failures) {
    state.closed_until = now + limits_.pause;
  }
}

void Addresses::Release(const std::string& address) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto it = states_.find(address);
  if (it == states_.end()) return;
  if (--it->second.in_flight == 0 && it->second.failures == 0) {
    states_.erase(it);
  }
}

}  // namespace dci::exchange
