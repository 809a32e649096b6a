// The digests the standards use.
#ifndef CONVERGENCE_SERVICES_BASE_HASH_H_
#define CONVERGENCE_SERVICES_BASE_HASH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dci {

// The 32 bytes of SHA-256 over `data`.
std::string Sha256(absl::string_view data);
// The 64 bytes of BLAKE2b-512 over `data`.
std::string Blake2b512(absl::string_view data);

}  // namespace dci

#endif  // CONVERGENCE_SERVICES_BASE_HASH_H_
