// How much a search may look at.
#ifndef CONVERGENCE_SERVICES_REGISTRY_BUDGET_H_
#define CONVERGENCE_SERVICES_REGISTRY_BUDGET_H_

#include <cstdint>
#include <limits>

#include "absl/status/status.h"

namespace dci::registry {

inline constexpr uint64_t kUnbounded = std::numeric_limits<uint64_t>::max();

// Counts index rows and records as a search passes over them. One thread.
class Budget {
 public:
  explicit Budget(uint64_t limit) : limit_(limit) {}

  // False once the limit is passed.
  bool Spend() { return ++spent_ <= limit_; }
  bool exhausted() const { return spent_ > limit_; }
  uint64_t spent() const { return spent_; }
  // OK, or a refusal with rjct.search.too_many_records_found: more records
  // would have to be looked at than one search may.
  absl::Status status() const;

 private:
  const uint64_t limit_;
  uint64_t spent_ = 0;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_BUDGET_H_
