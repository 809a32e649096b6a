// Signs outgoing messages, in the form that their receiver verifies.
#ifndef CONVERGENCE_SERVICES_TRUST_SIGNER_H_
#define CONVERGENCE_SERVICES_TRUST_SIGNER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"
#include "services/trust/keys.h"

namespace dci::trust {

// What goes where in the message; either text may be empty.
struct Signed {
  std::string signature_member;       // value of the `signature` member
  std::string http_signature_header;  // value of the HTTP field `Signature`
};

// Thread-safe.
class Signer {
 public:
  // `id` is this institution's: sender_id in kidId. `ring` outlives this.
  Signer(std::string id, const KeyRing* ring);

  // Signs {"header":header_json,"message":message_json}. With a profile of no
  // form: nothing, both texts empty. For the HTTP header form what is signed
  // is the document that AssembleDocument makes with an empty signature, so
  // the body must be sent exactly so. FAILED_PRECONDITION where no key of
  // ours is valid for the profile: the message must not leave unsigned.
  // A JWS has no time of its own, a verifier goes by message_ts: a message
  // that is sent late must be given a fresh one before it is signed.
  absl::StatusOr<Signed> Sign(absl::string_view header_json,
                              absl::string_view message_json,
                              const dci::config::v1::SignatureProfile& profile,
                              absl::Time now) const;

 private:
  const std::string id_;
  const KeyRing* const ring_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_SIGNER_H_
