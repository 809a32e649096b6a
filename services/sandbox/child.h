// Runs another program and waits for it.
#ifndef CONVERGENCE_SERVICES_SANDBOX_CHILD_H_
#define CONVERGENCE_SERVICES_SANDBOX_CHILD_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace dci::sandbox {

// Starts `command`, the program and its arguments, with `variable` ("A=b") in
// its environment instead of one of that name, and gives its exit code; 128
// and the signal's number where a signal ended it. NOT_FOUND where it cannot
// be started.
absl::StatusOr<int> RunChild(const std::vector<std::string>& command,
                             const std::string& variable);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_CHILD_H_
