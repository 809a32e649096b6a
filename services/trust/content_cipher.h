// Encryption of a JWE's content (RFC 7518, 5).
#ifndef CONVERGENCE_SERVICES_TRUST_CONTENT_CIPHER_H_
#define CONVERGENCE_SERVICES_TRUST_CONTENT_CIPHER_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::trust {

// The parts of a JWE that its content key makes and opens, as bytes.
struct SealedContent {
  std::string iv, ciphertext, tag;
};

// Bytes of the content key; 0 for an algorithm that is not allowed.
size_t ContentKeyBytes(absl::string_view algorithm);

// Encrypts under a fresh initialisation vector. `key` has ContentKeyBytes.
// False only where the library fails.
bool SealContent(absl::string_view algorithm, absl::string_view key,
                 absl::string_view aad, absl::string_view clear,
                 SealedContent* sealed);

// False where anything is wrong: a length, the tag, the padding. Nothing is
// decrypted before the tag is known to be right.
bool OpenContent(absl::string_view algorithm, absl::string_view key,
                 absl::string_view aad, const SealedContent& sealed,
                 std::string* clear);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_CONTENT_CIPHER_H_
