// Keys with the time in which they are trusted, and this institution's own.
#ifndef CONVERGENCE_SERVICES_TRUST_KEYS_H_
#define CONVERGENCE_SERVICES_TRUST_KEYS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"
#include "dci/config/v1/server.pb.h"
#include "services/trust/key.h"

namespace dci::trust {

// A key and the bounds of the trust in it, which are judged by this server's
// clock alone: a message's own timestamps say nothing about them.
struct TimedKey {
  Key key;
  // Middle part of kidId in the DCI string; equals key.kid() unless
  // configured otherwise.
  std::string key_id;
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfiniteFuture();
  absl::Time revoked_at = absl::InfiniteFuture();

  bool ValidAt(absl::Time now) const {
    return not_before <= now && now < not_after && now < revoked_at;
  }
};

// Reads a configured key. INVALID_ARGUMENT for an unusable key or time; a
// private key is refused, it does not belong into a peer's configuration.
absl::StatusOr<TimedKey> ReadParticipantKey(
    const dci::config::v1::ParticipantKey& config);

// Reads a JWK Set (RFC 7517, 5). Keys that cannot be used here are skipped,
// as the RFC demands; INVALID_ARGUMENT where the document is none, or has
// more than kMaxJwksKeys.
inline constexpr int kMaxJwksKeys = 100;
absl::StatusOr<std::vector<TimedKey>> ReadJwks(absl::string_view json);

// This institution's private keys. Immutable: rotation is a matter of time,
// a new key a matter of a new ring. Thread-safe.
class KeyRing {
 public:
  KeyRing() = default;
  // INVALID_ARGUMENT for a key that is not private, or two of the same kid.
  static absl::StatusOr<KeyRing> Create(std::vector<TimedKey> keys);
  // Reads the files, each a private JWK or PEM.
  static absl::StatusOr<KeyRing> Load(
      const google::protobuf::RepeatedPtrField<dci::config::v1::OwnKey>& keys);

  // The key that signs at `now`: of those valid, for this JOSE algorithm (any
  // if empty), the one whose not_before is latest, and of these the last.
  // Null where there is none. The ring must outlive the pointer.
  const Key* SigningKey(absl::string_view algorithm, absl::Time now) const;
  // The valid key of that name that serves the algorithm, or null.
  const Key* Find(absl::string_view kid, absl::string_view algorithm,
                  absl::Time now) const;
  // Valid keys that decrypt with the algorithm.
  std::vector<const Key*> DecryptionKeys(absl::string_view algorithm,
                                         absl::Time now) const;

  // Public parts of the valid keys as a JWK Set, JSON text, the body of
  // /.well-known/jwks.json: each with kid, use and alg.
  std::string PublicJwks(absl::Time now) const;

 private:
  std::vector<TimedKey> keys_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_KEYS_H_
