// Numbers of JSON compared by their exact value.
#ifndef CONVERGENCE_SERVICES_TRUST_EXACT_NUMBERS_H_
#define CONVERGENCE_SERVICES_TRUST_EXACT_NUMBERS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dci::trust {

// JSON text without white space (a canonical form) in which equal numbers are
// spelt alike, whatever their spelling: 1, 1.0 and 10e-1 become "1e0". Nothing
// is rounded, so numbers that differ in their last digit stay different.
std::string WithExactNumbers(absl::string_view json);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_EXACT_NUMBERS_H_
