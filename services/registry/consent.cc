#include "services/registry/consent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/json_value.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

namespace common = ::dci::common::v1;
namespace config = ::dci::config::v1;

// `consent` or `authorize` as a request has it.
struct Statement {
  std::string purpose;
  std::string consent_jws, authorize_jws;
};

std::string TextAt(const JsonValue& object, absl::string_view key) {
  const JsonValue* value = object.Find(key);
  return value != nullptr && value->type == JsonValue::Type::kString
             ? value->text
             : "";
}

absl::StatusOr<Statement> ReadStatement(absl::string_view json) {
  Statement statement;
  if (json.empty()) return statement;
  const absl::StatusOr<JsonValue> value = ParseJsonValue(json);
  if (!value.ok())
    return schema::Refusal(common::REASON_CONSENT_INVALID,
                           "consent or authorize cannot be read");
  // Published samples send "" where there is none.
  if (!value->is_object()) return statement;
  const JsonValue* purpose = value->Find("purpose");
  if (purpose != nullptr && purpose->is_object())
    statement.purpose = TextAt(*purpose, "code");
  else
    statement.purpose = TextAt(*value, "purpose");
  statement.consent_jws = TextAt(*value, "consent_jws");
  statement.authorize_jws = TextAt(*value, "authorize_jws");
  return statement;
}

absl::Status Missing(absl::string_view what) {
  return schema::Refusal(common::REASON_CONSENT_MISSING,
                         absl::StrCat(what, " is required of this sender"));
}

// The artefacts that are looked at; empty where there is none.
struct Artefacts {
  std::string consent, authority;
};

absl::StatusOr<Artefacts> Brought(const config::ConsentPolicy& policy,
                                  const Statement& consents,
                                  const Statement& authorizes) {
  Artefacts artefacts;
  // OpenG2P's registries take it from `authorize`.
  if (policy.consent() != config::NEED_OFF)
    artefacts.consent = consents.consent_jws.empty() ? authorizes.consent_jws
                                                     : consents.consent_jws;
  if (policy.authorize() != config::NEED_OFF)
    artefacts.authority = authorizes.authorize_jws;
  if (policy.consent() == config::NEED_REQUIRED && artefacts.consent.empty())
    return Missing("consent_jws");
  if (policy.authorize() == config::NEED_REQUIRED &&
      artefacts.authority.empty() && authorizes.purpose.empty())
    return Missing("authorize with a purpose");
  return artefacts;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ConsentGate>> ConsentGate::Create(
    const config::ConsentConfig& config, const schema::Model& model,
    trust::JwksCache* cache) {
  std::unique_ptr<ConsentGate> gate(new ConsentGate);
  gate->default_policy_ = config.default_policy();
  for (const config::PurposeConfig& purpose : config.purposes()) {
    ASSIGN_OR_RETURN(Purpose compiled, MakePurpose(purpose, model));
    gate->purposes_.push_back(std::move(compiled));
  }
  ASSIGN_OR_RETURN(gate->verifier_,
                   trust::ConsentVerifier::Create(config, cache));
  return gate;
}

absl::Status ConsentGate::SettlePurpose(const config::ConsentPolicy& policy,
                                        std::string stated,
                                        Permit* permit) const {
  auto refuse = [](absl::string_view why) {
    return schema::Refusal(common::REASON_PURPOSE_INVALID, why);
  };
  const auto& allowed = policy.purposes();
  const bool needed = !allowed.empty() ||
                      policy.consent() == config::NEED_REQUIRED ||
                      policy.authorize() == config::NEED_REQUIRED;
  if (stated.empty())
    return needed ? refuse("a purpose is required of this sender")
                  : absl::OkStatus();
  if (!allowed.empty() &&
      std::find(allowed.begin(), allowed.end(), stated) == allowed.end())
    return refuse("the sender may not have this purpose");
  permit->purpose_code_ = std::move(stated);
  const bool looked_at = needed || policy.consent() != config::NEED_OFF ||
                         policy.authorize() != config::NEED_OFF;
  if (purposes_.empty() || !looked_at) return absl::OkStatus();
  for (const Purpose& purpose : purposes_) {
    if (purpose.code != permit->purpose_code_) continue;
    permit->purpose_ = &purpose;
    return absl::OkStatus();
  }
  return refuse("the purpose is not known here");
}

absl::StatusOr<trust::ConsentArtefact> ConsentGate::Admit(
    const std::string& jws, absl::string_view sender_id, absl::Time now,
    std::string* purpose, Permit* permit) const {
  ASSIGN_OR_RETURN(trust::ConsentArtefact artefact,
                   verifier_->Verify(jws, sender_id, now));
  if (purpose->empty() && artefact.purposes.size() == 1)
    *purpose = artefact.purposes.front();
  if (std::find(artefact.purposes.begin(), artefact.purposes.end(), *purpose) ==
      artefact.purposes.end())
    return schema::Refusal(common::REASON_PURPOSE_INVALID,
                           "the artefact does not cover the purpose");
  if (!artefact.subject_value.empty()) {
    if (permit->has_subject() &&
        (permit->subject_type_ != artefact.subject_type ||
         permit->subject_value_ != artefact.subject_value))
      return schema::Refusal(common::REASON_CONSENT_INVALID,
                             "consent and authority are of two persons");
    permit->subject_type_ = artefact.subject_type;
    permit->subject_value_ = artefact.subject_value;
  }
  if (artefact.scopes.has_value()) permit->scopes_.push_back(*artefact.scopes);
  if (permit->consent_id_.empty()) permit->consent_id_ = artefact.id;
  return artefact;
}

absl::StatusOr<Permit> ConsentGate::Judge(
    const config::Participant* participant, absl::string_view sender_id,
    absl::string_view consent, absl::string_view authorize,
    absl::Time now) const {
  const config::ConsentPolicy& policy =
      participant != nullptr && participant->has_consent()
          ? participant->consent()
          : default_policy_;
  ASSIGN_OR_RETURN(const Statement consents, ReadStatement(consent));
  ASSIGN_OR_RETURN(const Statement authorizes, ReadStatement(authorize));
  ASSIGN_OR_RETURN(const Artefacts artefacts,
                   Brought(policy, consents, authorizes));
  std::string purpose =
      consents.purpose.empty() ? authorizes.purpose : consents.purpose;
  if (!authorizes.purpose.empty() && authorizes.purpose != purpose)
    return schema::Refusal(common::REASON_PURPOSE_INVALID,
                           "consent and authorize state different purposes");
  if (purpose.empty()) purpose = policy.default_purpose();
  Permit permit;
  if (!artefacts.consent.empty()) {
    ASSIGN_OR_RETURN(
        const trust::ConsentArtefact artefact,
        Admit(artefacts.consent, sender_id, now, &purpose, &permit));
    if (artefact.subject_value.empty())
      return schema::Refusal(common::REASON_CONSENT_INVALID,
                             "the artefact does not say who consented");
  }
  if (!artefacts.authority.empty()) {
    RETURN_IF_ERROR(
        Admit(artefacts.authority, sender_id, now, &purpose, &permit).status());
  }
  RETURN_IF_ERROR(SettlePurpose(policy, std::move(purpose), &permit));
  return permit;
}

}  // namespace dci::registry
