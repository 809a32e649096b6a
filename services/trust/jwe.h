// JSON Web Encryption in flattened form (RFC 7516, 7.2.2) for one receiver.
//
// The published schema knows only the unprotected header of the receiver, so
// that the tag covers no header at all; libraries that insist on a protected
// one can neither read nor write it. Here both shapes are one.
#ifndef CONVERGENCE_SERVICES_TRUST_JWE_H_
#define CONVERGENCE_SERVICES_TRUST_JWE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/trust/key.h"

namespace dci::trust {

// The parameters that stand in `protected`, `unprotected` and `header`
// together, none of them verified.
struct JweHeader {
  std::string algorithm;  // allowed for the management of keys
  std::string encryption;
  std::string kid;               // may be empty
  std::string epk;               // JSON text of the ephemeral key
  std::string party_u, party_v;  // bytes of apu and apv
};

// INVALID_ARGUMENT for algorithms that are not allowed, a parameter that
// stands in two places with different values, "zip" and "crit".
absl::StatusOr<JweHeader> ReadJweHeader(
    const dci::common::v1::EncryptedMessage& message);

// Decrypts with a private key that serves header.algorithm. Which step
// failed cannot be told from the error, nor from the time taken: a content
// key that cannot be unwrapped is replaced by a random one (RFC 7516, 11.5).
absl::StatusOr<std::string> DecryptJwe(
    const dci::common::v1::EncryptedMessage& message, const JweHeader& header,
    const Key& key);

struct JweOptions {
  // alg, enc and what belongs to them stand in `protected` and only kid in
  // `header`; otherwise all stand in `header`, as published.
  bool protect = false;
  // Empty: that of the key, A256GCM.
  std::string key_algorithm = {};
  std::string content_algorithm = {};
};

// Encrypts with a fresh content key. FAILED_PRECONDITION where the key is not
// for encryption, or not for the algorithm asked for.
absl::StatusOr<dci::common::v1::EncryptedMessage> EncryptJwe(
    absl::string_view clear, const Key& key, const JweOptions& options);

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_JWE_H_
