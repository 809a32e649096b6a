#include "tools/dci/participant_json.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dci/config/v1/participant.pb.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/schema/dialect.h"
#include "services/trust/key.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"
#include "tools/dci/keys.h"
#include "tools/dci/signing.h"

namespace dci::cli {
namespace {

namespace config = ::dci::config::v1;

constexpr char kPolicy[] = "required|optional|off";

config::Policy PolicyOf(absl::string_view name) {
  return name == "required"   ? config::POLICY_REQUIRED
         : name == "optional" ? config::POLICY_OPTIONAL
                              : config::POLICY_OFF;
}

void AddPolicy(const Args& args, const std::string& name, JsonObject* json) {
  if (args.Has(name))
    json->Text(name, config::Policy_Name(PolicyOf(args.Get(name))));
}

std::string ProfileJson(const Args& args, config::SignatureForm form) {
  const config::SignatureProfile profile = ProfileOf(args);
  JsonObject json;
  json.Text("form", config::SignatureForm_Name(form));
  if (profile.canonicalization() != config::CANONICALIZATION_UNSPECIFIED)
    json.Text("canonicalization",
              config::Canonicalization_Name(profile.canonicalization()));
  json.Text("digest", config::Digest_Name(profile.digest()))
      .TextIf("digest_prefix", profile.digest_prefix());
  // The DCI string knows Ed25519 alone.
  if (form != config::SIGNATURE_FORM_DCI_STRING)
    json.TextIf("algorithm", profile.algorithm());
  return json.Build();
}

// What is accepted: the form asked for, or each, because a signature says
// which it has.
std::string VerifyJson(const Args& args) {
  std::vector<std::string> profiles;
  for (const config::SignatureForm form :
       {config::SIGNATURE_FORM_DCI_STRING, config::SIGNATURE_FORM_JWS_COMPACT,
        config::SIGNATURE_FORM_JWS_DETACHED,
        config::SIGNATURE_FORM_JWS_HTTP_HEADER}) {
    if (!args.Has("form") || FormFromName(args.Get("form")) == form)
      profiles.push_back(ProfileJson(args, form));
  }
  return JsonArray(profiles);
}

void AddSignatures(const Args& args, JsonObject* json) {
  if (args.Get("signature") != "off") json->Raw("verify", VerifyJson(args));
  const std::string form = args.Get("sign_form");
  if (form == "none") return;
  const std::string profile = ProfileJson(args, FormFromName(form));
  if (!args.Has("all_header_fields")) {
    json->Raw("sign", profile);
    return;
  }
  json->Raw("sign", absl::StrCat(profile.substr(0, profile.size() - 1),
                                 ",\"emit_all_header_fields\":true}"));
}

absl::Status AddKeys(const Args& args, const Io& io, JsonObject* json) {
  std::vector<std::string> keys;
  for (const std::string& file : args.GetAll("key")) {
    ASSIGN_OR_RETURN(const trust::Key key, ReadKey(file, "", io));
    keys.push_back(JsonObject().Text("jwk", key.PublicJwk()).Build());
  }
  if (!keys.empty()) json->Raw("keys", JsonArray(keys));
  return absl::OkStatus();
}

// Whether a URL names this machine, as text: nothing is looked up.
bool IsLoopback(absl::string_view url) {
  for (const absl::string_view host : {"//localhost", "//127.", "//[::1]"})
    if (absl::StrContains(url, host)) return true;
  return false;
}

void AddCallbacks(const Args& args, JsonObject* json) {
  const std::vector<std::string> bases = args.GetAll("callback");
  json->Texts("callback_bases", bases);
  const std::string path = args.Get("callback_path");
  if (path == "full") json->Bool("append_callback_path", true);
  if (path == "action") json->Bool("append_action_only", true);
  // Who names this machine means it.
  const bool loopback = std::any_of(bases.begin(), bases.end(), IsLoopback) ||
                        IsLoopback(args.Get("jwks_uri"));
  if (loopback || args.Has("allow_private"))
    json->Bool("allow_private_addresses", true);
}

absl::Status AddClient(const Args& args, JsonObject* json) {
  if (args.Has("client_id") != args.Has("client_secret"))
    return Usage("--client_id and --client_secret go together");
  if (!args.Has("client_id")) return absl::OkStatus();
  const std::string hash =
      absl::BytesToHexString(Sha256(args.Get("client_secret")));
  json->Raw("clients", JsonArray({JsonObject()
                                      .Text("client_id", args.Get("client_id"))
                                      .Text("secret_sha256", hash)
                                      .Build()}));
  return absl::OkStatus();
}

void AddLimits(const Args& args, JsonObject* json) {
  if (args.Has("rate"))
    json->Raw("rate_limit",
              JsonObject()
                  .Number("messages_per_second", args.Number("rate"))
                  .Build());
  if (args.Has("max_items"))
    json->Number("max_items", args.Number("max_items"));
  if (args.Has("duplicates"))
    json->Text("duplicates", args.Get("duplicates") == "report"
                                 ? "DUPLICATES_REPORT"
                                 : "DUPLICATES_REFUSE");
}

}  // namespace

std::vector<Option> ParticipantOptions() {
  std::vector<Option> options = {
      {"sender_id", "TEXT", "how it names itself in its headers; *: everybody",
       kRequired},
      {"name", "TEXT", "for people"},
      {"key", "FILE", "a key it signs with: JWK or PEM, public or private",
       kRepeated},
      {"jwks_uri", "URL", "where it publishes its keys"},
      {"callback", "URL", "base of its callback addresses", kRepeated},
      {"callback_path", "full|action|none",
       "what is appended: /registry/on-search, /on-search, nothing", kOptional,
       "full"},
      {"dialect", "g2p-connect-2023|dci-2025-01|dci-2025-12-openspp",
       "what is written to it", kOptional, "dci-2025-12-openspp"},
      {"tolerance", "strict|lenient", "whether findings are errors"},
      {"signature", kPolicy, "on its messages; default: required"},
      {"authorization", kPolicy, "access tokens; default: required"},
      {"encryption", kPolicy, "of its messages; default: optional"},
  };
  for (Option& option : ProfileOptions()) {
    if (option.name == "form") option.help = "accepted form; default: any";
    options.push_back(std::move(option));
  }
  const std::vector<Option> more = {
      {"sign_form", "dci-string|jws-compact|jws-detached|jws-http-header|none",
       "how messages to it are signed", kOptional, "dci-string"},
      {"all_header_fields", "", "write absent header fields to it as null"},
      {"scope", "TEXT", "what its tokens may do", kRepeated},
      {"client_id", "TEXT", "its OAuth2 client"},
      {"client_secret", "TEXT", "the client's secret; its hash is sent"},
      {"duplicates", "refuse|report", "a repeated message id"},
      {"placeholder", "TEXT", "signature that counts as none", kRepeated},
      {"rate", "N", "messages a second"},
      {"max_items", "N", "items a message"},
      {"allow_private", "", "callbacks may go to private addresses"},
      {"grpc_target", "HOST:PORT", "callbacks go over gRPC"},
      {"tls_subject", "TEXT", "of its client certificate"},
  };
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

absl::StatusOr<std::string> ParticipantJson(const Args& args, const Io& io) {
  JsonObject json;
  json.Text("sender_id", args.Get("sender_id"))
      .TextIf("display_name", args.Get("name"))
      .Text("dialect", dci::wire::v1::Dialect_Name(schema::ToProto(
                           *schema::DialectFromName(args.Get("dialect")))));
  if (args.Has("tolerance"))
    json.Text("tolerance", args.Get("tolerance") == "lenient"
                               ? "TOLERANCE_LENIENT"
                               : "TOLERANCE_STRICT");
  for (const char* policy : {"signature", "authorization", "encryption"})
    AddPolicy(args, policy, &json);
  AddSignatures(args, &json);
  RETURN_IF_ERROR(AddKeys(args, io, &json));
  json.TextIf("jwks_uri", args.Get("jwks_uri"));
  AddCallbacks(args, &json);
  json.Texts("scopes", args.GetAll("scope"));
  RETURN_IF_ERROR(AddClient(args, &json));
  AddLimits(args, &json);
  json.Texts("placeholder_signatures", args.GetAll("placeholder"))
      .TextIf("grpc_target", args.Get("grpc_target"))
      .TextIf("tls_subject", args.Get("tls_subject"));
  return json.Build();
}

}  // namespace dci::cli
