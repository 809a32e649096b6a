#include "services/trust/signature_check.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/exact_numbers.h"
#include "services/wire/canonical_json.h"

namespace dci::trust {
namespace {

using dci::config::v1::SignatureForm;
using dci::config::v1::SignatureProfile;

// Keys that are tried for a JWS without kid.
constexpr size_t kMaxCandidates = 8;

std::vector<const Key*> Candidates(const PresentedSignature& signature,
                                   const std::vector<TimedKey>& keys,
                                   absl::Time now) {
  const Jws* jws = signature.jws();
  const absl::string_view algorithm = jws ? jws->algorithm : kEdDsa;
  const std::string& name = jws ? jws->kid : signature.dci_string()->key_id;
  std::vector<const Key*> candidates;
  for (const TimedKey& timed : keys) {
    const bool named =
        name.empty() || timed.key.kid() == name || timed.key_id == name;
    if (named && timed.key.Serves(algorithm) && timed.ValidAt(now) &&
        candidates.size() < kMaxCandidates) {
      candidates.push_back(&timed.key);
    }
  }
  return candidates;
}

// Whether a payload that came with the signature says what the document does:
// the same JSON, whatever its white space, the order of its keys and the
// spelling of its numbers. Numbers must be equal exactly: a double would hide
// differences in long ones.
bool SaysTheSame(absl::string_view payload, absl::string_view document) {
  const auto a = wire::Canonicalize(
      payload, dci::config::v1::CANONICALIZATION_SORTED_UTF8);
  const auto b = wire::Canonicalize(
      document, dci::config::v1::CANONICALIZATION_SORTED_UTF8);
  return a.ok() && b.ok() && WithExactNumbers(*a) == WithExactNumbers(*b);
}

// The bytes that the profile signs.
absl::StatusOr<std::string> CanonicalContent(const SignedContent& content,
                                             const SignatureProfile& profile) {
  const bool body =
      profile.form() == dci::config::v1::SIGNATURE_FORM_JWS_HTTP_HEADER;
  if (body && profile.canonicalization() ==
                  dci::config::v1::CANONICALIZATION_AS_RECEIVED) {
    return std::string(content.raw_body);
  }
  return wire::Canonicalize(body ? content.raw_body : content.document,
                            profile.canonicalization());
}

bool CompactIsRight(const Jws& jws, const SignedContent& content,
                    const std::vector<const Key*>& keys) {
  const bool verified =
      std::any_of(keys.begin(), keys.end(),
                  [&jws](const Key* key) { return VerifyJws(jws, "", *key); });
  if (!verified) return false;
  const absl::StatusOr<std::string> payload = PayloadOf(jws);
  return payload.ok() && SaysTheSame(*payload, content.document);
}

bool ProfileAccepts(const SignatureProfile& profile,
                    const PresentedSignature& signature,
                    const SignedContent& content,
                    const std::vector<const Key*>& keys) {
  if (profile.form() != signature.form) return false;
  const Jws* jws = signature.jws();
  if (jws != nullptr && !profile.algorithm().empty() &&
      profile.algorithm() != jws->algorithm) {
    return false;
  }
  if (profile.form() == dci::config::v1::SIGNATURE_FORM_JWS_COMPACT) {
    return CompactIsRight(*jws, content, keys);
  }
  const absl::StatusOr<std::string> canonical =
      CanonicalContent(content, profile);
  if (!canonical.ok()) return false;
  return std::any_of(keys.begin(), keys.end(), [&](const Key* key) {
    return jws != nullptr ? VerifyJws(*jws, *canonical, *key)
                          : VerifyDciString(*signature.dci_string(), *canonical,
                                            profile, *key);
  });
}

}  // namespace

SignatureForm FormOf(absl::string_view text, SignaturePlace place) {
  text = absl::StripAsciiWhitespace(text);
  if (LooksLikeJws(text)) {
    const bool detached = text.find("..") != absl::string_view::npos;
    if (place == SignaturePlace::kHttpHeader) {
      return detached ? dci::config::v1::SIGNATURE_FORM_JWS_HTTP_HEADER
                      : dci::config::v1::SIGNATURE_FORM_UNSPECIFIED;
    }
    return detached ? dci::config::v1::SIGNATURE_FORM_JWS_DETACHED
                    : dci::config::v1::SIGNATURE_FORM_JWS_COMPACT;
  }
  return LooksLikeDciString(text) ? dci::config::v1::SIGNATURE_FORM_DCI_STRING
                                  : dci::config::v1::SIGNATURE_FORM_UNSPECIFIED;
}

absl::StatusOr<PresentedSignature> ReadSignature(absl::string_view text,
                                                 SignaturePlace place) {
  PresentedSignature signature;
  signature.form = FormOf(text, place);
  text = absl::StripAsciiWhitespace(text);
  if (signature.form == dci::config::v1::SIGNATURE_FORM_UNSPECIFIED) {
    return absl::InvalidArgumentError("the signature has no known form");
  }
  if (signature.form == dci::config::v1::SIGNATURE_FORM_DCI_STRING) {
    ASSIGN_OR_RETURN(signature.parts, ParseDciString(text));
  } else {
    ASSIGN_OR_RETURN(signature.parts, ParseJws(text));
  }
  return signature;
}

bool NamesKeyIn(const PresentedSignature& signature,
                const std::vector<TimedKey>& keys, absl::Time now) {
  return !Candidates(signature, keys, now).empty();
}

bool SignatureIsRight(
    const PresentedSignature& signature, const SignedContent& content,
    const google::protobuf::RepeatedPtrField<SignatureProfile>& profiles,
    const std::vector<TimedKey>& keys, absl::Time now) {
  const std::vector<const Key*> candidates = Candidates(signature, keys, now);
  return !candidates.empty() &&
         std::any_of(profiles.begin(), profiles.end(),
                     [&](const SignatureProfile& profile) {
                       return ProfileAccepts(profile, signature, content,
                                             candidates);
                     });
}

}  // namespace dci::trust
