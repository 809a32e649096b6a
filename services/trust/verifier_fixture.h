// A server with a verifier, and a sender that signs to it, for tests.
#ifndef CONVERGENCE_SERVICES_TRUST_VERIFIER_FIXTURE_H_
#define CONVERGENCE_SERVICES_TRUST_VERIFIER_FIXTURE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"
#include "services/trust/key.h"
#include "services/trust/signer.h"
#include "services/trust/testing.h"
#include "services/trust/verifier.h"
#include "services/wire/test_model.h"

namespace dci::trust {

using dci::config::v1::SignatureProfile;

inline constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
inline constexpr char kSender[] = "spmis.example";
inline constexpr char kUri[] = "https://spmis.example/.well-known/jwks.json";
inline constexpr char kMessage[] =
    R"({"transaction_id":"t-1","search_request":[{"reference_id":"r-1",)"
    R"("timestamp":"2023-11-14T22:13:20Z","search_criteria":{)"
    R"("reg_type":"ns:org:RegistryType:Social","query_type":"idtype-value",)"
    R"("query":{"type":"UIN","value":"Ünïcode 𝄞"}}}]})";

inline const Key& PeerKey(const char* algorithm) {
  static auto* keys = new std::map<std::string, Key>();
  auto it = keys->find(algorithm);
  if (it == keys->end()) {
    const std::string kid = absl::StrCat("kid-", algorithm);
    it = keys->emplace(algorithm, Key::Generate(algorithm)->WithKid(kid)).first;
  }
  return it->second;
}

inline TimedKey Timed(const Key& key) { return {key, key.kid()}; }

inline SignatureProfile Profile(const std::string& text) {
  SignatureProfile profile;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &profile));
  return profile;
}

inline const SignatureProfile& DciString() {
  static const auto* profile = new SignatureProfile(
      Profile("form: SIGNATURE_FORM_DCI_STRING digest_prefix: 'SHA-256='"));
  return *profile;
}

// A sender's side: what it sends, as it signs it.
struct Outgoing {
  std::string sender = kSender;
  std::string message = kMessage;
  absl::Time message_ts = kNow;
  SignatureProfile profile;
  absl::Time signed_at = kNow;
  const Key* key = &PeerKey("EdDSA");
  bool encrypted = false;
  // Changes after signing.
  std::function<void(std::string*)> tamper = [](std::string*) {};

  std::string Header() const {
    const std::string from =
        sender.empty() ? "" : absl::StrCat(R"("sender_id":")", sender, "\",");
    return absl::StrCat(
        R"({"version":"1.0.0","message_id":"m-1","message_ts":")",
        FormatTimestamp(message_ts), R"(","action":"search",)", from,
        R"("total_count":1,"is_msg_encrypted":)", encrypted, "}");
  }
};

// Answers at once, or when the test says so.
class FakeFetcher : public KeyFetcher {
 public:
  void Fetch(const std::string&,
             std::function<void(absl::StatusOr<std::string>)> done) override {
    ++fetches;
    if (!hold) return done(json);
    held = std::move(done);
  }
  void Release() { std::exchange(held, nullptr)(json); }

  absl::StatusOr<std::string> json = absl::UnavailableError("down");
  bool hold = false;
  int fetches = 0;
  std::function<void(absl::StatusOr<std::string>)> held;
};

class VerifierTest : public ::testing::Test {
 protected:
  using Result = std::optional<absl::StatusOr<VerifiedMessage>>;

  VerifierTest() {
    own_ =
        *KeyRing::Create({Timed(Key::Generate("EdDSA")->WithKid("own-sig")),
                          Timed(PeerKey("RSA-OAEP-256").WithKid("own-enc"))});
    tokens_options_.issuer = "registry";
    config_.set_sender_id(kSender);
    config_.set_authorization(dci::config::v1::POLICY_OFF);
    *config_.add_verify() = DciString();
    config_.add_keys()->set_jwk(PeerKey("EdDSA").PublicJwk());
  }

  const schema::Method& Method(const char* name = "SyncSearch") {
    return *wire::TestModel().FindMethod(
        absl::StrCat("/dci.social.v1.SocialRegistry/", name));
  }

  static Signed Sign(const Outgoing& out) {
    const KeyRing ring = *KeyRing::Create({Timed(*out.key)});
    return *Signer(out.sender.empty() ? kSender : out.sender, &ring)
                .Sign(out.Header(), out.message, out.profile, out.signed_at);
  }

  // Sends it over HTTP; whoever waits for a key leaves the result empty.
  std::shared_ptr<Result> Send(const Outgoing& out,
                               Credentials credentials = {},
                               absl::Time now = kNow) {
    const Signed made = Sign(out);
    std::string body = wire::AssembleDocument({out.Header(), out.message},
                                              made.signature_member);
    out.tamper(&body);
    if (!made.http_signature_header.empty()) {
      credentials.http_signature = made.http_signature_header;
      credentials.raw_body = body;
    }
    return Receive(body, credentials, now);
  }

  std::shared_ptr<Result> Receive(const std::string& body,
                                  const Credentials& credentials = {},
                                  absl::Time now = kNow) {
    auto decoded = wire::DecodeJsonMessage(wire::TestCodec(), Method(), body,
                                           wire::Limits());
    EXPECT_OK(decoded);
    return Verify(*std::move(decoded), credentials, now);
  }

  std::shared_ptr<Result> Verify(wire::DecodedMessage message,
                                 const Credentials& credentials = {},
                                 absl::Time now = kNow) {
    if (directory_ == nullptr) {
      directory_ = *FixedDirectory::Create({config_});
    }
    const auto result = std::make_shared<Result>();
    verifier_.emplace(VerifierOptions(), directory_.get(), &checker_,
                      &decrypter_, &cache_, &wire::TestCodec());
    verifier_->Verify(std::move(message), credentials, now,
                      [result](auto r) { result->emplace(std::move(r)); });
    return result;
  }

  // The sender may sign so, with these keys.
  void Expect(const std::vector<SignatureProfile>& profiles,
              const std::vector<const Key*>& keys) {
    config_.clear_verify();
    config_.clear_keys();
    for (const SignatureProfile& p : profiles) *config_.add_verify() = p;
    for (const Key* key : keys) {
      config_.add_keys()->set_jwk(key->PublicJwk());
    }
    directory_ = nullptr;
  }

  // The member `message` that holds this text encrypted to us.
  std::string Sealed(const std::string& clear) {
    auto receiver = testing::Undemanding("registry");
    receiver.add_keys()->set_jwk(
        PeerKey("RSA-OAEP-256").WithKid("own-enc").PublicJwk());
    std::string json;
    Encrypter(nullptr).Encrypt(
        *Participant::Create(receiver), clear, kNow, [&json](auto message) {
          EXPECT_OK(wire::TestCodec().WireToJson(
              wire::TestMessage("dci.common.v1.EncryptedMessage"),
              message->SerializeAsString(), schema::Dialect::kC25, &json));
        });
    return json;
  }

  // UNSPECIFIED: verified; a timeout: still waits.
  static dci::common::v1::Reason ReasonOf(
      const std::shared_ptr<Result>& result) {
    if (!result->has_value()) return dci::common::v1::REASON_REQUEST_TIMEOUT;
    return schema::ReasonOf((*result)->status());
  }
  static std::string TextOf(const std::shared_ptr<Result>& result) {
    return std::string((*result)->status().message());
  }

  std::string Token(const std::string& scope = "") {
    dci::config::v1::Participant client = config_;
    client.add_clients()->set_client_id("c");
    client.mutable_clients(0)->set_secret_sha256(
        absl::BytesToHexString(absl::string_view(Sha256("s"))));
    const auto directory = *FixedDirectory::Create({client});
    TokenRequest request;
    request.fields = {{"grant_type", "client_credentials"}};
    if (!scope.empty()) request.fields.emplace_back("scope", scope);
    request.basic = {{"c", "s"}};
    const std::string body =
        TokenIssuer(tokens_options_, &own_, directory.get())
            .HandleTokenRequest(request, kNow)
            .body;
    const size_t begin = body.find("\":\"") + 3;
    return body.substr(begin, body.find('"', begin) - begin);
  }

  dci::config::v1::Participant config_;
  std::unique_ptr<FixedDirectory> directory_;
  KeyRing own_;
  TokenOptions tokens_options_;
  TokenChecker checker_{{"registry"}, &own_};
  Decrypter decrypter_{&own_};
  FakeFetcher fetcher_;
  JwksCache cache_{&fetcher_};
  std::optional<Verifier> verifier_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_VERIFIER_FIXTURE_H_
