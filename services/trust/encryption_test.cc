#include "services/trust/encryption.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"
#include "services/trust/jwe.h"
#include "services/trust/key.h"

namespace dci::trust {
namespace {

using dci::common::v1::EncryptedMessage;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
constexpr char kClear[] = R"({"transaction_id":"1"})";

TimedKey Timed(const Key& key, absl::Time from = absl::InfinitePast(),
               absl::Time to = absl::InfiniteFuture()) {
  TimedKey timed{key, key.kid()};
  timed.not_before = from;
  timed.not_after = to;
  return timed;
}

std::shared_ptr<const Participant> Peer(const std::vector<Key>& keys,
                                        const std::string& jwks_uri = "",
                                        const std::string& encrypt = "") {
  dci::config::v1::Participant config;
  config.set_sender_id("peer");
  config.set_signature(dci::config::v1::POLICY_OFF);
  config.set_jwks_uri(jwks_uri);
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      encrypt, config.mutable_encrypt()));
  for (const Key& key : keys) config.add_keys()->set_jwk(key.PublicJwk());
  return *Participant::Create(config);
}

absl::StatusOr<EncryptedMessage> Encrypt(
    const Encrypter& encrypter, std::shared_ptr<const Participant> peer) {
  absl::StatusOr<EncryptedMessage> result = absl::UnknownError("not called");
  encrypter.Encrypt(std::move(peer), kClear, kNow,
                    [&result](auto message) { result = std::move(message); });
  return result;
}

TEST(EncryptionTest, TheReceiverReadsWhatWasEncryptedToIt) {
  for (const char* algorithm : {"RSA-OAEP-256", "RSA-OAEP", "ECDH-ES+A256KW"}) {
    ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate(algorithm));
    ASSERT_OK_AND_ASSIGN(const KeyRing ring, KeyRing::Create({Timed(key)}));
    for (const char* profile : {"", "header_place: JWE_HEADER_PLACE_PROTECTED",
                                "header_place: JWE_HEADER_PLACE_UNPROTECTED "
                                "content_algorithm: 'A128CBC-HS256'"}) {
      ASSERT_OK_AND_ASSIGN(
          const EncryptedMessage message,
          Encrypt(Encrypter(nullptr),
                  Peer({*Key::Generate("EdDSA"), key}, "", profile)));
      ASSERT_OK_AND_ASSIGN(const std::string clear,
                           Decrypter(&ring).Decrypt(message, kNow));
      EXPECT_EQ(clear, kClear);
    }
  }
}

TEST(EncryptionTest, ThePublishedShapeHasItsThreeHeaderMembers) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("RSA-OAEP-256"));
  ASSERT_OK_AND_ASSIGN(const EncryptedMessage message,
                       Encrypt(Encrypter(nullptr), Peer({key})));
  EXPECT_EQ(message.header().alg(), "RSA-OAEP-256");
  EXPECT_EQ(message.header().enc(), "A256GCM");
  EXPECT_EQ(message.header().kid(), key.kid());
  EXPECT_FALSE(message.has_protected_());
  EXPECT_FALSE(message.has_aad());
}

TEST(EncryptionTest, TheReceiverChoosesTheAlgorithmsAndTheirPlace) {
  ASSERT_OK_AND_ASSIGN(const Key rsa, Key::Generate("RSA-OAEP-256"));
  ASSERT_OK_AND_ASSIGN(const Key ec, Key::Generate("ECDH-ES"));
  ASSERT_OK_AND_ASSIGN(
      const EncryptedMessage message,
      Encrypt(Encrypter(nullptr),
              Peer({ec, rsa}, "",
                   "header_place: JWE_HEADER_PLACE_PROTECTED "
                   "key_algorithm: 'ECDH-ES' content_algorithm: 'A128GCM'")));
  EXPECT_FALSE(message.header().has_alg());
  ASSERT_OK_AND_ASSIGN(const JweHeader header, ReadJweHeader(message));
  EXPECT_EQ(header.algorithm, "ECDH-ES");
  EXPECT_EQ(header.encryption, "A128GCM");
  EXPECT_EQ(header.kid, ec.kid());
  EXPECT_THAT(Encrypt(Encrypter(nullptr),
                      Peer({rsa}, "", "key_algorithm: 'ECDH-ES+A128KW'")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(EncryptionTest, NothingLeavesInClearForWantOfAKey) {
  for (const auto& peer : {Peer({}), Peer({*Key::Generate("EdDSA")}),
                           Peer({*Key::Generate("RS256")})}) {
    EXPECT_THAT(Encrypt(Encrypter(nullptr), peer),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
}

class OneDocument : public KeyFetcher {
 public:
  explicit OneDocument(std::string json) : json_(std::move(json)) {}
  void Fetch(const std::string&,
             std::function<void(absl::StatusOr<std::string>)> done) override {
    done(json_);
  }

 private:
  const std::string json_;
};

TEST(EncryptionTest, APublishedKeyIsFetchedWhereNoneIsConfigured) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("ECDH-ES+A256KW"));
  OneDocument fetcher(absl::StrCat("{\"keys\":[", key.PublicJwk(), "]}"));
  JwksCache cache(&fetcher);
  ASSERT_OK_AND_ASSIGN(
      const EncryptedMessage message,
      Encrypt(Encrypter(&cache), Peer({}, "https://peer.example/jwks")));
  ASSERT_OK_AND_ASSIGN(const KeyRing ring, KeyRing::Create({Timed(key)}));
  EXPECT_OK(Decrypter(&ring).Decrypt(message, kNow));
}

TEST(DecrypterTest, KidChoosesAndItsAbsenceTriesAll) {
  ASSERT_OK_AND_ASSIGN(const Key one, Key::Generate("RSA-OAEP-256"));
  ASSERT_OK_AND_ASSIGN(const Key two, Key::Generate("RSA-OAEP-256"));
  ASSERT_OK_AND_ASSIGN(const KeyRing ring,
                       KeyRing::Create({Timed(one), Timed(two)}));
  ASSERT_OK_AND_ASSIGN(EncryptedMessage message, EncryptJwe(kClear, two, {}));
  EXPECT_OK(Decrypter(&ring).Decrypt(message, kNow));
  message.mutable_header()->set_kid(one.kid());
  EXPECT_FALSE(Decrypter(&ring).Decrypt(message, kNow).ok());
  message.mutable_header()->clear_kid();
  EXPECT_OK(Decrypter(&ring).Decrypt(message, kNow));
}

TEST(DecrypterTest, EveryFailureIsTheSameRefusal) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("RSA-OAEP-256"));
  ASSERT_OK_AND_ASSIGN(const Key stranger, Key::Generate("RSA-OAEP-256"));
  const KeyRing empty;
  ASSERT_OK_AND_ASSIGN(
      const KeyRing ring,
      KeyRing::Create({Timed(key, absl::InfinitePast(), kNow + absl::Hours(1)),
                       Timed(*Key::Generate("EdDSA"))}));
  ASSERT_OK_AND_ASSIGN(const EncryptedMessage good,
                       EncryptJwe(kClear, key, {}));
  EncryptedMessage altered = good;
  altered.set_tag("AAAAAAAAAAAAAAAAAAAAAA");
  EncryptedMessage weak = good;
  weak.mutable_header()->set_alg("RSA1_5");
  const absl::Status first = Decrypter(&ring).Decrypt(altered, kNow).status();
  EXPECT_EQ(schema::ReasonOf(first),
            dci::common::v1::REASON_ENCRYPTION_INVALID);
  EXPECT_EQ(Decrypter(&ring).Decrypt(weak, kNow).status(), first);
  EXPECT_EQ(Decrypter(&ring).Decrypt({}, kNow).status(), first);
  EXPECT_EQ(Decrypter(&empty).Decrypt(good, kNow).status(), first);
  EXPECT_EQ(Decrypter(&ring)
                .Decrypt(*EncryptJwe(kClear, stranger, {}), kNow)
                .status(),
            first);
  // The key has had its time.
  EXPECT_OK(Decrypter(&ring).Decrypt(good, kNow));
  EXPECT_EQ(Decrypter(&ring).Decrypt(good, kNow + absl::Hours(1)).status(),
            first);
}

}  // namespace
}  // namespace dci::trust
