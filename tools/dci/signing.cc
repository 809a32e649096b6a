#include "tools/dci/signing.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/trust/keys.h"
#include "services/trust/signer.h"
#include "services/wire/message.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/keys.h"

namespace dci::cli {
namespace {

namespace config = ::dci::config::v1;

struct FormRow {
  absl::string_view name;
  config::SignatureForm form;
};
constexpr FormRow kForms[] = {
    {"dci-string", config::SIGNATURE_FORM_DCI_STRING},
    {"jws-compact", config::SIGNATURE_FORM_JWS_COMPACT},
    {"jws-detached", config::SIGNATURE_FORM_JWS_DETACHED},
    {"jws-http-header", config::SIGNATURE_FORM_JWS_HTTP_HEADER},
};

struct CanonicalizationRow {
  absl::string_view name;
  config::Canonicalization canonicalization;
};
constexpr CanonicalizationRow kCanonicalizations[] = {
    {"jcs", config::CANONICALIZATION_JCS},
    {"sorted-ascii", config::CANONICALIZATION_SORTED_ASCII},
    {"sorted-utf8", config::CANONICALIZATION_SORTED_UTF8},
    {"as-received", config::CANONICALIZATION_AS_RECEIVED},
};

config::Canonicalization CanonicalizationFromName(absl::string_view name) {
  for (const CanonicalizationRow& row : kCanonicalizations)
    if (row.name == name) return row.canonicalization;
  return config::CANONICALIZATION_UNSPECIFIED;
}

// What a server assumes where nothing is said: the HTTP header form signs a
// body as it is, the others RFC 8785.
void Settle(config::SignatureProfile* profile) {
  if (profile->form() == config::SIGNATURE_FORM_UNSPECIFIED)
    profile->set_form(config::SIGNATURE_FORM_DCI_STRING);
  if (profile->canonicalization() == config::CANONICALIZATION_UNSPECIFIED)
    profile->set_canonicalization(profile->form() ==
                                          config::SIGNATURE_FORM_JWS_HTTP_HEADER
                                      ? config::CANONICALIZATION_AS_RECEIVED
                                      : config::CANONICALIZATION_JCS);
}

}  // namespace

std::vector<Option> ProfileOptions() {
  return {
      {"form", "dci-string|jws-compact|jws-detached|jws-http-header",
       "how it is signed; default: the DCI string to sign, any to verify"},
      {"canonicalization", "jcs|sorted-ascii|sorted-utf8|as-received",
       "bytes that are signed: RFC 8785, Python's json.dumps(sort_keys) with "
       "or without escapes, or the text as it stands; default: jcs, and "
       "as-received for jws-http-header"},
      {"digest", "sha256|blake2b-512", "digest in the DCI string", kOptional,
       "sha256"},
      {"digest_prefix", "TEXT",
       "text before it, such as SHA-256=; default: none"},
      {"jws_alg", "EdDSA|ES256|PS256|RS256",
       "algorithm of a JWS; default: that of the key"},
  };
}

std::vector<Option> SigningOptions() {
  std::vector<Option> options = {
      {"key", "FILE", "private key to sign with: JWK or PEM"},
      {"kid", "TEXT", "name of the key; default: as the file says"},
  };
  for (Option& option : ProfileOptions()) options.push_back(std::move(option));
  options.push_back({"namespace", "TEXT", "of the DCI string: dci, spdci, g2p",
                     kOptional, "dci"});
  options.push_back({"validity", "N", "seconds until the DCI string expires",
                     kOptional, "300"});
  return options;
}

config::SignatureProfile ProfileOf(const Args& args) {
  config::SignatureProfile profile;
  profile.set_form(FormFromName(args.Get("form")));
  profile.set_canonicalization(
      CanonicalizationFromName(args.Get("canonicalization")));
  profile.set_digest(args.Get("digest") == "blake2b-512"
                         ? config::DIGEST_BLAKE2B_512
                         : config::DIGEST_SHA256);
  profile.set_digest_prefix(args.Get("digest_prefix"));
  profile.set_algorithm(args.Get("jws_alg"));
  profile.set_namespace_(args.Get("namespace"));
  profile.set_validity_seconds(static_cast<int32_t>(args.Number("validity")));
  return profile;
}

config::SignatureForm FormFromName(absl::string_view name) {
  for (const FormRow& row : kForms)
    if (row.name == name) return row.form;
  return config::SIGNATURE_FORM_UNSPECIFIED;
}

absl::string_view FormName(config::SignatureForm form) {
  for (const FormRow& row : kForms)
    if (row.form == form) return row.name;
  return "none";
}

absl::string_view CanonicalizationName(
    config::Canonicalization canonicalization) {
  for (const CanonicalizationRow& row : kCanonicalizations)
    if (row.canonicalization == canonicalization) return row.name;
  return "jcs";
}

absl::StatusOr<SignedDocument> SignWith(const Args& args, const Io& io,
                                        const Document& document,
                                        const std::string& sender_id) {
  const std::string file = args.Get("key");
  ASSIGN_OR_RETURN(const trust::Key key, ReadKey(file, args.Get("kid"), io));
  if (!key.is_private())
    return Usage(absl::StrCat(file,
                              " is a public key; signing needs the "
                              "private one"));
  absl::StatusOr<SignedDocument> signed_document =
      SignWithKey(args, io, key, document, sender_id);
  if (!signed_document.ok())
    return Usage(absl::StrCat(file, " ", signed_document.status().message()));
  return signed_document;
}

absl::StatusOr<SignedDocument> SignWithKey(const Args& args, const Io& io,
                                           const trust::Key& key,
                                           const Document& document,
                                           const std::string& sender_id) {
  ASSIGN_OR_RETURN(const trust::KeyRing ring,
                   trust::KeyRing::Create({{key, key.kid()}}));
  config::SignatureProfile profile = ProfileOf(args);
  Settle(&profile);
  const auto signature =
      trust::Signer(sender_id, &ring)
          .Sign(document.parts.header_json, document.parts.message_json,
                profile, io.clock->Now());
  if (!signature.ok())
    return Usage(absl::StrCat("cannot sign a ", FormName(profile.form()), ": ",
                              signature.status().message()));
  return SignedDocument{
      wire::AssembleDocument(document.parts, signature->signature_member),
      signature->http_signature_header};
}

}  // namespace dci::cli
