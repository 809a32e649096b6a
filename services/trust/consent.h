// Artefacts of consent and of authority: a person, or an office, says who may
// see what of whom, for which purpose, until when.
//
// The standard carries `consent` and `authorize` and leaves their artefacts
// open (DCI registry core 1.0.0, SearchCriteria). An artefact is a compact JWS
// (RFC 7515) whose payload has the claims of RFC 7519, or the members that
// OpenG2P's consent objects have:
//
//   issuer    iss
//   subject   sub "UIN:847951632", or subject_id {type, value}
//   audience  aud, a text or several: the receiver's sender_id
//   purpose   purpose: a code, {code}, or several
//   scopes    scope (blanks between), or data_scopes or scopes (a list)
//   validity  nbf and exp, or validity {valid_from, valid_until}; and iat or
//             issued_at
//   name      jti
//   decision  decision; where it is there it is "permit", "allow" or "granted"
#ifndef CONVERGENCE_SERVICES_TRUST_CONSENT_H_
#define CONVERGENCE_SERVICES_TRUST_CONSENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/consent.pb.h"
#include "services/trust/jwks_cache.h"
#include "services/trust/keys.h"

namespace dci::trust {

// What an artefact says; from ConsentVerifier::Verify it is also true.
struct ConsentArtefact {
  // jti; without one, SHA-256 of the JWS in base64url.
  std::string id;
  std::string issuer;
  // Empty: of nobody in particular.
  std::string subject_type, subject_value;
  std::vector<std::string> audience;
  std::vector<std::string> purposes;
  // Absent: whatever the purpose may see.
  std::optional<std::vector<std::string>> scopes;
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfinitePast();
};

// Reads the payload of an artefact. A refusal with rjct.consent.invalid where
// a claim is malformed, or expiry, audience or purpose are missing; or where
// the decision is none to permit.
absl::StatusOr<ConsentArtefact> ReadArtefact(absl::string_view payload);

// Believes the issuers of a configuration and nobody else. Thread-safe.
class ConsentVerifier {
 public:
  // `cache` may be null, then only configured keys are used; otherwise it
  // outlives this. INVALID_ARGUMENT for an issuer without name or keys, twice
  // the same, or a key that is none.
  static absl::StatusOr<std::unique_ptr<ConsentVerifier>> Create(
      const dci::config::v1::ConsentConfig& config, JwksCache* cache,
      absl::Duration clock_skew = absl::Seconds(60));

  // Judges an artefact that `receiver` brings. Never blocks. Refusals with
  //   rjct.consent.invalid   form, issuer, key, signature, audience
  //   rjct.consent.expired   not yet, or no longer
  //   err.service.unavailable  the issuer's keys are being fetched; may be
  //                            asked again soon
  absl::StatusOr<ConsentArtefact> Verify(absl::string_view jws,
                                         absl::string_view receiver,
                                         absl::Time now) const;

  // Fetches keys that are due, so that nobody has to wait for them.
  void FetchKeys(absl::Time now) const;

 private:
  struct Issuer {
    std::string id;
    std::vector<TimedKey> keys;
    std::string jwks_uri;
  };
  ConsentVerifier(JwksCache* cache, absl::Duration clock_skew)
      : cache_(cache), clock_skew_(clock_skew) {}

  absl::Status CheckSignature(absl::string_view jws, absl::string_view issuer,
                              absl::Time now) const;

  JwksCache* const cache_;
  const absl::Duration clock_skew_;
  std::vector<Issuer> issuers_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_CONSENT_H_
