#include "services/sandbox/introductions.h"

#include "absl/strings/str_cat.h"

namespace dci::sandbox {
namespace {

namespace config = ::dci::config::v1;

// Texts that the published samples carry as a signature, up to where each has
// something of its own.
constexpr absl::string_view kSampleSignatures[] = {
    "Signature:  namespace=\"dci\", kidId=\"{sender_id}*",
    "Signature:  namespace=\"dci\", kidId=\"SPMIS|{unique_key_id}*",
    "Signature:  namespace=\"dci\", kidId=\"SP-System|{unique_key_id}*",
    "Signature: namespace=\"dci\", kidId=\"SP-System|unique_key_id|*",
    "Signature: namespace=\"spdci\", kidId=\"SP-System|unique_key_id|*",
};

// Whoever is let in may do all that a caller of registries does.
constexpr absl::string_view kScopes[] = {
    "registry.search",         "registry.on-search", "registry.subscribe",
    "registry.on-subscribe",   "registry.notify",    "registry.unsubscribe",
    "registry.on-unsubscribe", "registry.reserve",
};

config::SignatureProfile DciString() {
  config::SignatureProfile profile;
  profile.set_form(config::SIGNATURE_FORM_DCI_STRING);
  return profile;
}

}  // namespace

config::Participant Partner(const std::string& id, const std::string& base,
                            absl::string_view folder) {
  config::Participant partner;
  partner.set_sender_id(id);
  partner.set_signature(config::POLICY_REQUIRED);
  partner.set_authorization(config::POLICY_OPTIONAL);
  partner.set_encryption(config::POLICY_OPTIONAL);
  // Published samples have an empty transaction_id, and so has their answer.
  partner.set_tolerance(config::TOLERANCE_LENIENT);
  *partner.add_verify() = DciString();
  *partner.mutable_sign() = DciString();
  partner.set_jwks_uri(absl::StrCat(base, "/.well-known/jwks.json"));
  if (!folder.empty())
    partner.add_callback_bases(absl::StrCat(base, "/", folder));
  partner.add_callback_bases(base);
  partner.set_append_callback_path(true);
  partner.set_allow_private_addresses(true);
  for (absl::string_view scope : kScopes)
    partner.add_scopes(std::string(scope));
  return partner;
}

config::Participant Anybody(const std::string& sp_system_url,
                            absl::string_view folder, bool strict) {
  config::Participant anybody = Partner("*", sp_system_url, folder);
  anybody.clear_jwks_uri();
  anybody.set_signature(config::POLICY_OPTIONAL);
  if (strict) {
    anybody.set_tolerance(config::TOLERANCE_STRICT);
  } else {
    anybody.set_duplicates(config::DUPLICATES_REPORT);
  }
  // No sample needs it, and test kits look whether it is refused.
  anybody.add_errors("too_long");
  for (const char* signature : {"unsigned-stub", "unsigned"})
    anybody.add_placeholder_signatures(signature);
  for (absl::string_view signature : kSampleSignatures)
    anybody.add_placeholder_signatures(std::string(signature));
  anybody.set_append_callback_path(false);
  for (const char* base :
       {"http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"})
    anybody.add_callback_bases(base);
  return anybody;
}

}  // namespace dci::sandbox
