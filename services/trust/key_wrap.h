// How a content key travels to the receiver of a JWE (RFC 7518, 4.3 and 4.6).
#ifndef CONVERGENCE_SERVICES_TRUST_KEY_WRAP_H_
#define CONVERGENCE_SERVICES_TRUST_KEY_WRAP_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/trust/key.h"

namespace dci::trust {

// RSA-OAEP-256 and RSA-OAEP.
absl::StatusOr<std::string> WrapRsa(const Key& key, absl::string_view algorithm,
                                    absl::string_view content_key);
absl::StatusOr<std::string> UnwrapRsa(const Key& key,
                                      absl::string_view algorithm,
                                      absl::string_view wrapped);

// ECDH-ES: `own` is the private key of one side, `peer` the public one of the
// other, both of one type.
struct Agreement {
  const Key& own;
  const Key& peer;
  absl::string_view party_u, party_v;  // apu and apv, decoded
};
// The key that both sides come to. `purpose` is the algorithm it is for: `alg`
// of a key wrap, `enc` of the content where there is none.
absl::StatusOr<std::string> AgreedKey(const Agreement& agreement,
                                      absl::string_view purpose, size_t bytes);
// ECDH-ES+A256KW and ECDH-ES+A128KW.
absl::StatusOr<std::string> WrapEcdh(const Agreement& agreement,
                                     absl::string_view algorithm,
                                     absl::string_view content_key);
absl::StatusOr<std::string> UnwrapEcdh(const Agreement& agreement,
                                       absl::string_view algorithm,
                                       absl::string_view wrapped);

// A fresh private key of the type of `key`: the sender's half.
absl::StatusOr<Key> EphemeralFor(const Key& key);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_KEY_WRAP_H_
