#include "services/trust/signer.h"

#include <utility>

#include "absl/status/status.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/dci_string.h"
#include "services/trust/jws.h"
#include "services/wire/canonical_json.h"
#include "services/wire/message.h"

namespace dci::trust {

using dci::config::v1::SignatureProfile;

namespace {

// What this side wrote itself is bounded where it is made.
constexpr wire::Limits kOwnLimits{.max_bytes = size_t{1} << 40,
                                  .max_depth = 1000};

absl::StatusOr<std::string> DocumentToSign(absl::string_view header_json,
                                           absl::string_view message_json,
                                           const SignatureProfile& profile) {
  // A compact token brings its payload along: there it is the document itself
  // that must arrive, numbers of any length included.
  if (profile.form() == dci::config::v1::SIGNATURE_FORM_JWS_COMPACT ||
      profile.canonicalization() ==
          dci::config::v1::CANONICALIZATION_AS_RECEIVED) {
    return wire::AssembleDocument(
        {std::string(header_json), std::string(message_json)}, "");
  }
  // Every form sorts "header" before "message": each can be made by itself,
  // and the whole need not stand there once more before it is.
  wire::OutgoingParts parts;
  ASSIGN_OR_RETURN(
      parts.header_json,
      wire::Canonicalize(header_json, profile.canonicalization(), kOwnLimits));
  ASSIGN_OR_RETURN(
      parts.message_json,
      wire::Canonicalize(message_json, profile.canonicalization(), kOwnLimits));
  return wire::AssembleDocument(std::move(parts), "");
}

}  // namespace

Signer::Signer(std::string id, const KeyRing* ring)
    : id_(std::move(id)), ring_(ring) {}

absl::StatusOr<Signed> Signer::Sign(absl::string_view header_json,
                                    absl::string_view message_json,
                                    const SignatureProfile& profile,
                                    absl::Time now) const {
  Signed result;
  if (profile.form() == dci::config::v1::SIGNATURE_FORM_UNSPECIFIED) {
    return result;
  }
  const bool dci_string =
      profile.form() == dci::config::v1::SIGNATURE_FORM_DCI_STRING;
  const Key* key =
      ring_->SigningKey(dci_string ? kEdDsa : profile.algorithm(), now);
  if (key == nullptr) {
    return absl::FailedPreconditionError(
        "no key of this institution is valid for signing so");
  }
  ASSIGN_OR_RETURN(const std::string document,
                   DocumentToSign(header_json, message_json, profile));
  if (dci_string) {
    ASSIGN_OR_RETURN(result.signature_member,
                     SignDciString(*key, id_, document, profile, now));
    return result;
  }
  const std::string algorithm = profile.algorithm().empty()
                                    ? key->SigningAlgorithm()
                                    : profile.algorithm();
  const bool compact =
      profile.form() == dci::config::v1::SIGNATURE_FORM_JWS_COMPACT;
  ASSIGN_OR_RETURN(std::string token, SignJws(*key, algorithm, document,
                                              compact ? JwsPayload::kInside
                                                      : JwsPayload::kDetached));
  const bool in_http_header =
      profile.form() == dci::config::v1::SIGNATURE_FORM_JWS_HTTP_HEADER;
  (in_http_header ? result.http_signature_header : result.signature_member) =
      std::move(token);
  return result;
}

}  // namespace dci::trust
