#include "services/trust/participants.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "services/trust/algorithm.h"
#include "services/trust/scope.h"

namespace dci::trust {
namespace {

using namespace dci::config::v1;  // NOLINT(google-build-using-namespace)

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

// Fills in what is not set; the HTTP header form signs a body as it is.
absl::Status Settle(absl::string_view field, SignatureProfile* profile) {
  if (profile->form() == SIGNATURE_FORM_UNSPECIFIED) {
    return Wrong(field, "has no form");
  }
  if (profile->canonicalization() == CANONICALIZATION_UNSPECIFIED) {
    profile->set_canonicalization(profile->form() ==
                                          SIGNATURE_FORM_JWS_HTTP_HEADER
                                      ? CANONICALIZATION_AS_RECEIVED
                                      : CANONICALIZATION_JCS);
  }
  if (profile->digest() == DIGEST_UNSPECIFIED) {
    profile->set_digest(DIGEST_SHA256);
  }
  if (profile->algorithm().empty()) return absl::OkStatus();
  // The DCI string writes its one algorithm in its own way.
  if (absl::EqualsIgnoreCase(profile->algorithm(), "ed25519")) {
    profile->set_algorithm(std::string(kEdDsa));
  }
  if (!IsSignature(profile->algorithm())) {
    return Wrong(field, "algorithm is not one of EdDSA, ES256, PS256, RS256");
  }
  if (profile->form() == SIGNATURE_FORM_DCI_STRING &&
      profile->algorithm() != kEdDsa) {
    return Wrong(field, "the DCI string is signed with EdDSA");
  }
  return absl::OkStatus();
}

void SettlePolicies(dci::config::v1::Participant* config) {
  if (config->signature() == POLICY_UNSPECIFIED) {
    config->set_signature(POLICY_REQUIRED);
  }
  if (config->authorization() == POLICY_UNSPECIFIED) {
    config->set_authorization(POLICY_REQUIRED);
  }
  // The standards leave encryption to the message itself, which says in its
  // header whether it is: nothing is demanded that nobody set.
  if (config->encryption() == POLICY_UNSPECIFIED) {
    config->set_encryption(POLICY_OPTIONAL);
  }
}

absl::Status CheckEncrypt(const dci::config::v1::EncryptionProfile& profile) {
  const std::string& enc = profile.content_algorithm();
  if (!enc.empty() && !IsContentEncryption(enc)) {
    return Wrong("encrypt",
                 absl::StrCat("content_algorithm ", enc, " is not allowed"));
  }
  const std::string& alg = profile.key_algorithm();
  if (!alg.empty() && !IsKeyManagement(alg)) {
    return Wrong("encrypt",
                 absl::StrCat("key_algorithm ", alg, " is not allowed"));
  }
  return absl::OkStatus();
}

bool IsSha256Hex(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

absl::Status Participant::Init(dci::config::v1::Participant config) {
  SettlePolicies(&config);
  for (SignatureProfile& profile : *config.mutable_verify()) {
    RETURN_IF_ERROR(Settle("verify", &profile));
  }
  if (config.has_sign() && config.sign().form() != SIGNATURE_FORM_UNSPECIFIED) {
    RETURN_IF_ERROR(Settle("sign", config.mutable_sign()));
  }
  if (config.signature() == POLICY_REQUIRED && config.verify().empty()) {
    return Wrong("verify", "a signature is required, and no form accepted");
  }
  RETURN_IF_ERROR(CheckEncrypt(config.encrypt()));
  for (const ParticipantKey& key : config.keys()) {
    auto timed = ReadParticipantKey(key);
    if (!timed.ok()) return Wrong("keys", timed.status().message());
    keys_.push_back(*std::move(timed));
  }
  for (const OAuthClient& client : config.clients()) {
    if (client.client_id().empty() || !IsSha256Hex(client.secret_sha256())) {
      return Wrong("clients",
                   "an id, and 64 lower-case hex digits, are needed");
    }
  }
  for (const std::string& scope : config.scopes()) {
    scopes_.push_back(CanonicalScope(scope));
  }
  dialect_ = schema::FromProto(config.dialect());
  config_ = std::move(config);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Participant>> Participant::Create(
    dci::config::v1::Participant config) {
  if (config.sender_id().empty()) {
    return absl::InvalidArgumentError("a participant has no sender_id");
  }
  const std::string id = config.sender_id();
  std::shared_ptr<Participant> participant(new Participant());
  const absl::Status status = participant->Init(std::move(config));
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("participant ", id, ": ", status.message()));
  }
  return std::shared_ptr<const Participant>(std::move(participant));
}

bool Participant::MayHaveScope(absl::string_view scope) const {
  return std::find(scopes_.begin(), scopes_.end(), CanonicalScope(scope)) !=
         scopes_.end();
}

bool Participant::IsPlaceholder(absl::string_view signature) const {
  const absl::string_view text = absl::StripAsciiWhitespace(signature);
  if (text.empty()) return true;
  for (absl::string_view placeholder : config_.placeholder_signatures()) {
    if (absl::ConsumeSuffix(&placeholder, "*")
            ? absl::StartsWith(text, placeholder)
            : text == placeholder) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<std::unique_ptr<FixedDirectory>> FixedDirectory::Create(
    const std::vector<dci::config::v1::Participant>& participants) {
  std::unique_ptr<FixedDirectory> directory(new FixedDirectory());
  for (const dci::config::v1::Participant& config : participants) {
    ASSIGN_OR_RETURN(std::shared_ptr<const Participant> participant,
                     Participant::Create(config));
    if (!directory->by_sender_.emplace(config.sender_id(), participant)
             .second) {
      return absl::AlreadyExistsError(
          absl::StrCat("two participants ", config.sender_id()));
    }
    for (const OAuthClient& client : config.clients()) {
      if (!directory->by_client_.emplace(client.client_id(), participant)
               .second) {
        return absl::AlreadyExistsError(
            absl::StrCat("two clients ", client.client_id()));
      }
    }
  }
  return directory;
}

std::shared_ptr<const Participant> FixedDirectory::Find(
    absl::string_view sender_id) const {
  auto it = by_sender_.find(sender_id);
  if (it == by_sender_.end()) it = by_sender_.find(kAnySender);
  return it == by_sender_.end() ? nullptr : it->second;
}

std::shared_ptr<const Participant> FixedDirectory::FindClient(
    absl::string_view client_id) const {
  const auto it = by_client_.find(client_id);
  return it == by_client_.end() ? nullptr : it->second;
}

}  // namespace dci::trust
