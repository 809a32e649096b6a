// Encrypted bodies: a flattened JWE (RFC 7516, 7.2.2) as the member
// `message` of the envelope. Encrypted first, signed after.
#ifndef CONVERGENCE_SERVICES_TRUST_ENCRYPTION_H_
#define CONVERGENCE_SERVICES_TRUST_ENCRYPTION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/trust/jwks_cache.h"
#include "services/trust/keys.h"
#include "services/trust/participants.h"

namespace dci::trust {

// Decrypts with this institution's keys. Thread-safe.
class Decrypter {
 public:
  explicit Decrypter(const KeyRing* ring) : ring_(ring) {}

  // The clear text. A refusal for REASON_ENCRYPTION_INVALID, with one and the
  // same text, whatever was wrong: members, algorithms that are not allowed,
  // no valid key, tag.
  absl::StatusOr<std::string> Decrypt(
      const dci::common::v1::EncryptedMessage& message, absl::Time now) const;

 private:
  const KeyRing* const ring_;
};

// Encrypts to a participant, as its `encrypt` says. Thread-safe.
class Encrypter {
 public:
  // `cache` may be null: then only configured keys are used.
  explicit Encrypter(JwksCache* cache) : cache_(cache) {}

  // Encrypts a clear body, JSON text, to the newest valid key of the
  // participant that is for encryption, and for its key_algorithm where that is
  // set: configured, or else published under its jwks_uri. `done` is called at
  // once unless keys must be fetched. FAILED_PRECONDITION where there is no
  // such key: the message must not leave in clear.
  void Encrypt(
      const std::shared_ptr<const Participant>& to, std::string clear_json,
      absl::Time now,
      std::function<void(absl::StatusOr<dci::common::v1::EncryptedMessage>)>
          done) const;

 private:
  JwksCache* const cache_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_ENCRYPTION_H_
