// The one way from a decoded message to a verified one.
#ifndef CONVERGENCE_SERVICES_TRUST_VERIFIER_H_
#define CONVERGENCE_SERVICES_TRUST_VERIFIER_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/trust/credentials.h"
#include "services/trust/encryption.h"
#include "services/trust/jwks_cache.h"
#include "services/trust/participants.h"
#include "services/trust/tokens.h"
#include "services/trust/verified_message.h"
#include "services/wire/codec.h"
#include "services/wire/message.h"

namespace dci::trust {

struct VerifierOptions {
  // Tolerated difference between the sender's clock and this one.
  absl::Duration clock_skew = absl::Seconds(60);
  // Age of message_ts up to which a JWS, which has no time of its own, is
  // accepted.
  absl::Duration message_age = absl::Seconds(300);
  // Greatest time from created to expires of a DCI string: what was captured
  // cannot be sent again for longer.
  absl::Duration signature_validity = absl::Hours(24);
  // Of a decrypted body.
  wire::Limits limits;
};

// Judges sender, token, signature and encryption by the participant's
// policies, in this order. A policy of "required" refuses what is absent, of
// "optional" lets it pass, and either demands that what is present is right;
// with "off" it is not looked at (an encrypted body is decrypted all the
// same: nothing else could be done with it). Thread-safe.
class Verifier {
 public:
  // All outlive this. Null is allowed for `tokens` (no token is accepted),
  // `decrypter` (nothing can be decrypted) and `cache` (only configured keys
  // are used).
  Verifier(VerifierOptions options, const ParticipantDirectory* directory,
           const TokenChecker* tokens, const Decrypter* decrypter,
           JwksCache* cache, const wire::Codec* codec);

  using Done = std::function<void(absl::StatusOr<VerifiedMessage>)>;
  // Calls `done` exactly once: before returning, unless a key must be
  // fetched, then from the fetcher's thread. Refusals carry one of
  //   REASON_SENDER_ID_INVALID      nobody of that name; or the token or the
  //                                 certificate is another's
  //   REASON_REQUEST_UNAUTHORIZED   no token, or not a valid one
  //   REASON_REQUEST_FORBIDDEN      the token lacks the operation's scope
  //   REASON_SIGNATURE_MISSING, REASON_SIGNATURE_INVALID
  //   REASON_ENCRYPTION_INVALID     must be encrypted, or does not decrypt
  //   REASON_REQUEST_BAD            the decrypted text is not the body
  // and a text that tells a stranger no more than what he sent.
  void Verify(wire::DecodedMessage message, const Credentials& credentials,
              absl::Time now, Done done) const;

 private:
  struct Task;

  const VerifierOptions options_;
  const ParticipantDirectory* const directory_;
  const TokenChecker* const tokens_;
  const Decrypter* const decrypter_;
  JwksCache* const cache_;
  const wire::Codec* const codec_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_VERIFIER_H_
