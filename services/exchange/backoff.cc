#include "services/exchange/backoff.h"

#include <algorithm>

namespace dci::exchange {
namespace {

// SplitMix64: one multiplication chain, the same on every machine, which the
// distributions of <random> are not.
uint64_t NextRandom(uint64_t* state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

absl::Duration NextDelay(const BackoffOptions& options, int attempt,
                         uint64_t* state) {
  const int doublings = std::clamp(attempt - 1, 0, 30);
  const absl::Duration whole = std::min(
      options.first_delay * (int64_t{1} << doublings), options.max_delay);
  const double part = 0.5 + 0.5 * (NextRandom(state) >> 11) * 0x1.0p-53;
  return whole * part;
}

}  // namespace dci::exchange
