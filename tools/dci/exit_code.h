// What the program's exit code says, and the errors that carry it.
#ifndef CONVERGENCE_TOOLS_DCI_EXIT_CODE_H_
#define CONVERGENCE_TOOLS_DCI_EXIT_CODE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dci::cli {

enum class ExitCode {
  kRight = 0,
  // The other side, or a signature, said no: ERR, every item `rjct`, an HTTP
  // error, a signature that does not verify.
  kRefused = 1,
  // The arguments are wrong, or a file of this side cannot be used.
  kUsage = 2,
  // No answer: the address, the network, a time that ran out.
  kNotReached = 3,
  // What came cannot be read, or its signature cannot be trusted.
  kUntrusted = 4,
};

// The lines about exit codes that every help text ends with.
absl::string_view ExitCodeHelp();

// Errors with their exit code.
absl::Status Refused(absl::string_view text);
absl::Status Usage(absl::string_view text);
absl::Status NotReached(absl::string_view text);
absl::Status Untrusted(absl::string_view text);

// The code an error carries; of others kUsage, because what does not come
// from a peer comes from arguments and files. kRight for OK.
ExitCode ExitCodeOf(const absl::Status& status);

// The same error with another exit code; OK stays OK.
absl::Status As(ExitCode code, const absl::Status& status);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_EXIT_CODE_H_
