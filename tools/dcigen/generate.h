// Runs the generator on files of the workspace, without protoc.
#ifndef CONVERGENCE_TOOLS_DCIGEN_GENERATE_H_
#define CONVERGENCE_TOOLS_DCIGEN_GENERATE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::dcigen {

// Name to text.
using Files = std::map<std::string, std::string>;

// Generates from `protos`, import names below `root` or its folder protos.
// INVALID_ARGUMENT with the text that protoc would print.
absl::StatusOr<Files> GenerateFrom(absl::string_view root,
                                   const std::vector<std::string>& protos,
                                   const std::string& parameter);

// What stands in golden/: for every good proto of testdata/ its files, for
// every bad one the error, as name and text. The suffix .golden keeps
// formatters off.
Files Goldens(absl::string_view root);

}  // namespace dci::dcigen

#endif  // CONVERGENCE_TOOLS_DCIGEN_GENERATE_H_
