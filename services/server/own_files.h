// Folders, keys and tokens that an institution makes once and finds again.
#ifndef CONVERGENCE_SERVICES_SERVER_OWN_FILES_H_
#define CONVERGENCE_SERVICES_SERVER_OWN_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/server.pb.h"

namespace dci::server {

// The user's folder for the data of a program: $XDG_DATA_HOME/convergence/NAME,
// or ~/.local/share/convergence/NAME. It need not exist.
std::string UserDataFolder(absl::string_view name);

// Makes a folder and those above it, readable by the user alone.
// UNAVAILABLE where that fails.
absl::Status MakeFolder(const std::string& path);

// Makes a private key for a JOSE algorithm in `file`, as a JWK, where there is
// none: a key that changed at each start would make strangers of old friends.
absl::Status MakeKey(const std::string& file, const std::string& algorithm);

// The text in `file`; a random one, put there, where there is none.
absl::StatusOr<std::string> MakeToken(const std::string& file);

// Makes the folder, and in it a key to sign with (Ed25519) and one to decrypt
// with (RSA), and names them in the configuration. Errors as above.
absl::Status MakeOwnKeys(const std::string& folder,
                         dci::config::v1::ServerConfig* config);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_OWN_FILES_H_
