// Files that commands read and make.
#ifndef CONVERGENCE_TOOLS_DCI_FILES_H_
#define CONVERGENCE_TOOLS_DCI_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/dci/io.h"

namespace dci::cli {

// All of a file, or of the standard input where `name` is "-". Errors have
// ExitCode::kUsage.
absl::StatusOr<std::string> ReadInput(const std::string& name, const Io& io);

// Makes a file that was not there, for its owner alone (mode 0600).
absl::Status WriteSecret(const std::string& name, absl::string_view text);
// Makes or replaces a file.
absl::Status WriteFile(const std::string& name, absl::string_view text);

// Where the sandbox keeps its data: DCI_SANDBOX, or the user's data folder.
std::string SandboxFolder(const Io& io);
// The operator's token that this sandbox has made; empty where there is none.
std::string SandboxToken(const Io& io);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_FILES_H_
