// Keys from files and from where others publish them.
#ifndef CONVERGENCE_TOOLS_DCI_KEYS_H_
#define CONVERGENCE_TOOLS_DCI_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/trust/key.h"
#include "services/trust/keys.h"
#include "tools/dci/http.h"
#include "tools/dci/io.h"

namespace dci::cli {

// A key, private or public, from a JWK or PEM file. `kid`, if not empty,
// names it instead.
absl::StatusOr<trust::Key> ReadKey(const std::string& file,
                                   const std::string& kid, const Io& io);

// The keys of a JWK Set, a JWK or a PEM file, or of a JWK Set at an http or
// https URL. `http` may be null where `source` is a file. ExitCode::kRefused
// for a URL that answers anything but 200, kUntrusted where that is no set.
absl::StatusOr<std::vector<trust::TimedKey>> ReadKeys(const std::string& source,
                                                      const Http* http,
                                                      const Io& io);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_KEYS_H_
