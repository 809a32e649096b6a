// The server's side of the interoperability tests: reads requests, one JSON
// object a line, and answers each with a line.
//
//   trust_driver verify   {name, participant, body, now, http_signature?,
//                          own_jwk?, expect}
//     Lets the message pass the Verifier of the server. `expect` is the
//     transaction id of the verified message, or the code of the refusal.
//     Says "ok NAME" or "FAILED NAME: …".
//   trust_driver sign     {name, own_jwk, sender_id, profile, body, now}
//     Writes the message as the server would write it to such a peer, and
//     signs it: {"name":…,"body":…,"http_signature":…}.
//   trust_driver encrypt  {name, jwk, clear, protect}
//     {"name":…,"message":…}
//
// participant and profile are text protos, own_jwk is private, now is in
// seconds since 1970.
#include <cstdio>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dci/common/v1/code_list.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "dci/registry/v1/txn_status.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "google/protobuf/text_format.h"
#include "services/base/status_macros.h"
#include "services/schema/model.h"
#include "services/schema/reason.h"
#include "services/trust/encryption.h"
#include "services/trust/json_object.h"
#include "services/trust/key.h"
#include "services/trust/keys.h"
#include "services/trust/signer.h"
#include "services/trust/verifier.h"
#include "services/wire/codec.h"
#include "services/wire/json_text.h"
#include "services/wire/message.h"

namespace dci::trust {
namespace {

using Answer = absl::StatusOr<std::string>;

constexpr char kMethod[] = "/dci.social.v1.SocialRegistry/SyncSearch";

// A file that has only services is linked in if something of it is named.
const google::protobuf::FileDescriptor* ServicesFile() {
  return google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
      descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto.filename);
}

std::unique_ptr<const schema::Model> BuildModel() {
  auto model = schema::Model::Build(
      {dci::social::v1::Group::descriptor()->file(),
       dci::registry::v1::SubscribeRequest::descriptor()->file(),
       ServicesFile(), dci::common::v1::Sex_descriptor()->file()});
  if (model.ok()) return *std::move(model);
  std::cerr << model.status() << "\n";
  std::exit(2);
}

std::string Quoted(absl::string_view text) {
  std::string json;
  wire::AppendQuoted(text, &json);
  return json;
}

absl::Time NowOf(const JsonObject& request) {
  return absl::FromUnixSeconds(request.Int("now").value_or(0));
}

template <typename Proto>
absl::StatusOr<Proto> ReadText(const std::string& text) {
  Proto proto;
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) {
    return absl::InvalidArgumentError(absl::StrCat("bad text proto: ", text));
  }
  return proto;
}

absl::StatusOr<KeyRing> OwnKeys(const JsonObject& request) {
  if (!request.Has("own_jwk")) return KeyRing();
  ASSIGN_OR_RETURN(const Key key, Key::FromJwk(request.StringOr("own_jwk")));
  return KeyRing::Create({TimedKey{key, key.kid()}});
}

class Driver {
 public:
  Driver() : model_(BuildModel()), codec_(model_.get()) {}

  Answer Verify(const JsonObject& request) const {
    ASSIGN_OR_RETURN(const std::string outcome, Outcome(request));
    const std::string expected = request.StringOr("expect");
    if (outcome != expected) {
      return absl::FailedPreconditionError(
          absl::StrCat("expected ", expected, ", was ", outcome));
    }
    return absl::StrCat("ok ", request.StringOr("name"));
  }

  Answer Sign(const JsonObject& request) const {
    ASSIGN_OR_RETURN(const KeyRing ring, OwnKeys(request));
    ASSIGN_OR_RETURN(const auto profile,
                     ReadText<dci::config::v1::SignatureProfile>(
                         request.StringOr("profile")));
    ASSIGN_OR_RETURN(const wire::DecodedMessage message, Decode(request));
    wire::RenderOptions options;
    options.all_header_fields = profile.emit_all_header_fields();
    ASSIGN_OR_RETURN(const wire::OutgoingParts parts,
                     wire::RenderParts(codec_, *message.method->request,
                                       message.header.SerializeAsString(),
                                       message.body, options));
    ASSIGN_OR_RETURN(const Signed made,
                     Signer(request.StringOr("sender_id"), &ring)
                         .Sign(parts.header_json, parts.message_json, profile,
                               NowOf(request)));
    return absl::StrCat(
        "{\"name\":", Quoted(request.StringOr("name")), ",\"body\":",
        Quoted(wire::AssembleDocument(parts, made.signature_member)),
        ",\"http_signature\":", Quoted(made.http_signature_header), "}");
  }

  Answer Encrypt(const JsonObject& request) const {
    dci::config::v1::Participant config;
    config.set_sender_id("peer");
    config.set_signature(dci::config::v1::POLICY_OFF);
    config.add_keys()->set_jwk(request.StringOr("jwk"));
    if (request.Bool("protect").value_or(false)) {
      config.mutable_encrypt()->set_header_place(
          dci::config::v1::JWE_HEADER_PLACE_PROTECTED);
    }
    config.mutable_encrypt()->set_content_algorithm(request.StringOr("enc"));
    ASSIGN_OR_RETURN(const auto participant, Participant::Create(config));
    absl::StatusOr<dci::common::v1::EncryptedMessage> sealed =
        absl::UnknownError("not called");
    Encrypter(nullptr).Encrypt(
        participant, request.StringOr("clear"), absl::UnixEpoch(),
        [&sealed](auto message) { sealed = std::move(message); });
    RETURN_IF_ERROR(sealed.status());
    std::string json;
    RETURN_IF_ERROR(codec_.WireToJson(
        *model_->FindMessage("dci.common.v1.EncryptedMessage"),
        sealed->SerializeAsString(), schema::Dialect::kC25, &json));
    return absl::StrCat("{\"name\":", Quoted(request.StringOr("name")),
                        ",\"message\":", json, "}");
  }

 private:
  absl::StatusOr<wire::DecodedMessage> Decode(const JsonObject& request) const {
    return wire::DecodeJsonMessage(codec_, *model_->FindMethod(kMethod),
                                   request.StringOr("body"), wire::Limits());
  }

  // The transaction id, or the code of the refusal.
  absl::StatusOr<std::string> Outcome(const JsonObject& request) const {
    ASSIGN_OR_RETURN(auto config, ReadText<dci::config::v1::Participant>(
                                      request.StringOr("participant")));
    config.set_authorization(dci::config::v1::POLICY_OFF);
    ASSIGN_OR_RETURN(const auto directory, FixedDirectory::Create({config}));
    ASSIGN_OR_RETURN(const KeyRing ring, OwnKeys(request));
    ASSIGN_OR_RETURN(wire::DecodedMessage message, Decode(request));
    const Decrypter decrypter(&ring);
    const Verifier verifier(VerifierOptions(), directory.get(), nullptr,
                            &decrypter, nullptr, &codec_);
    Credentials credentials;
    credentials.http_signature = request.StringOr("http_signature");
    credentials.raw_body = request.StringOr("body");
    absl::StatusOr<VerifiedMessage> result = absl::UnknownError("not called");
    verifier.Verify(std::move(message), credentials, NowOf(request),
                    [&result](auto r) { result = std::move(r); });
    if (!result.ok()) {
      return schema::ReasonText(schema::ReasonOf(result.status()),
                                schema::Place::kAck);
    }
    dci::registry::v1::SearchRequest body;
    body.ParseFromString(result->body());
    return body.transaction_id();
  }

  const std::unique_ptr<const schema::Model> model_;
  const wire::Codec codec_;
};

Answer Run(const Driver& driver, const std::string& command,
           const std::string& line) {
  ASSIGN_OR_RETURN(const JsonObject request, JsonObject::Parse(line));
  if (command == "verify") return driver.Verify(request);
  if (command == "sign") return driver.Sign(request);
  if (command == "encrypt") return driver.Encrypt(request);
  return absl::InvalidArgumentError("no such command");
}

int Main(const std::string& command) {
  const Driver driver;
  int failures = 0;
  std::string line;
  while (std::getline(std::cin, line)) {
    const Answer answer = Run(driver, command, line);
    if (answer.ok()) {
      std::cout << *answer << "\n";
      continue;
    }
    ++failures;
    const auto request = JsonObject::Parse(line);
    std::cerr << "FAILED " << (request.ok() ? request->StringOr("name") : line)
              << ": " << answer.status().message() << "\n";
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace dci::trust

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: trust_driver verify|sign|encrypt\n";
    return 2;
  }
  return dci::trust::Main(argv[1]);
}
