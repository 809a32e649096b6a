// Keys and tokens that the sandbox makes once and finds again.
#ifndef CONVERGENCE_SERVICES_SANDBOX_OWN_FILES_H_
#define CONVERGENCE_SERVICES_SANDBOX_OWN_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace dci::sandbox {

// Makes a folder and those above it, readable by the user alone.
// UNAVAILABLE where that fails.
absl::Status MakeFolder(const std::string& path);

// Makes a private key for a JOSE algorithm in `file`, as a JWK, where there is
// none: a key that changed at each start would make strangers of old friends.
absl::Status MakeKey(const std::string& file, const std::string& algorithm);

// The text in `file`; a random one, put there, where there is none.
absl::StatusOr<std::string> MakeToken(const std::string& file);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_OWN_FILES_H_
