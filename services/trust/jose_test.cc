// JWS and JWE against librhonabwy, an independent implementation on GnuTLS,
// and against what an attacker would send.
#include <rhonabwy.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/trust/algorithm.h"
#include "services/trust/base64.h"
#include "services/trust/json_object.h"
#include "services/trust/jwe.h"
#include "services/trust/jws.h"
#include "services/trust/key.h"

namespace dci::trust {
namespace {

using dci::common::v1::EncryptedMessage;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kPayload[] = R"({"header":{},"message":"Ünïcode"})";

struct Algorithm {
  const char* name;
  jwa_alg rhonabwy;
};
constexpr Algorithm kSigning[] = {{"EdDSA", R_JWA_ALG_EDDSA},
                                  {"ES256", R_JWA_ALG_ES256},
                                  {"RS256", R_JWA_ALG_RS256},
                                  {"PS256", R_JWA_ALG_PS256}};

// librhonabwy's view of a key of ours.
class Witness {
 public:
  explicit Witness(const Key& key) {
    r_jwk_init(&private_);
    r_jwk_init(&public_);
    r_jwk_import_from_json_str(private_, key.PrivateJwk()->c_str());
    r_jwk_import_from_json_str(public_, key.PublicJwk().c_str());
  }
  ~Witness() {
    r_jwk_free(private_);
    r_jwk_free(public_);
  }

  std::string Sign(jwa_alg algorithm, const std::string& payload) {
    jws_t* jws;
    r_jws_init(&jws);
    r_jws_set_alg(jws, algorithm);
    r_jws_set_payload(jws,
                      reinterpret_cast<const unsigned char*>(payload.data()),
                      payload.size());
    char* token = r_jws_serialize(jws, private_, 0);
    std::string text = token == nullptr ? "" : token;
    r_free(token);
    r_jws_free(jws);
    return text;
  }

  bool Verify(const std::string& token) {
    jws_t* jws;
    r_jws_init(&jws);
    const bool ok =
        r_jws_advanced_parse(jws, token.c_str(), R_PARSE_NONE, 0) == RHN_OK &&
        r_jws_verify_signature(jws, public_, 0) == RHN_OK;
    r_jws_free(jws);
    return ok;
  }

  // A flattened JWE whose header is partly protected, as the library does it.
  std::string Encrypt(jwa_alg algorithm, const std::string& clear) {
    jwe_t* jwe;
    r_jwe_init(&jwe);
    r_jwe_set_alg(jwe, algorithm);
    r_jwe_set_enc(jwe, R_JWA_ENC_A256GCM);
    r_jwe_set_payload(jwe, reinterpret_cast<const unsigned char*>(clear.data()),
                      clear.size());
    r_jwe_add_keys(jwe, nullptr, public_);
    char* json =
        r_jwe_serialize_json_str(jwe, nullptr, 0, R_JSON_MODE_FLATTENED);
    std::string text = json == nullptr ? "" : json;
    r_free(json);
    r_jwe_free(jwe);
    return text;
  }

  std::string Decrypt(const std::string& json) {
    jwe_t* jwe;
    r_jwe_init(&jwe);
    std::string clear;
    if (r_jwe_advanced_parse(jwe, json.c_str(), R_PARSE_NONE, 0) == RHN_OK &&
        r_jwe_decrypt(jwe, private_, 0) == RHN_OK) {
      size_t size = 0;
      const unsigned char* bytes = r_jwe_get_payload(jwe, &size);
      clear.assign(reinterpret_cast<const char*>(bytes), size);
    }
    r_jwe_free(jwe);
    return clear;
  }

 private:
  jwk_t* private_;
  jwk_t* public_;
};

// A token with any header and a signature of 64 zero bytes.
std::string Token(absl::string_view header, absl::string_view payload = "x") {
  return absl::StrCat(EncodeBase64Url(header), ".", EncodeBase64Url(payload),
                      ".", EncodeBase64Url(std::string(64, '\0')));
}

TEST(JwsTest, TokensOfAnotherImplementationVerify) {
  for (const Algorithm& algorithm : kSigning) {
    SCOPED_TRACE(algorithm.name);
    ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate(algorithm.name));
    ASSERT_OK_AND_ASSIGN(const Jws jws, ParseJws(Witness(key).Sign(
                                            algorithm.rhonabwy, kPayload)));
    EXPECT_TRUE(VerifyJws(jws, "", key));
    EXPECT_EQ(*PayloadOf(jws), kPayload);
    ASSERT_OK_AND_ASSIGN(const Key other, Key::Generate(algorithm.name));
    EXPECT_FALSE(VerifyJws(jws, "", other));
  }
}

TEST(JwsTest, AnotherImplementationVerifiesOurTokens) {
  for (const Algorithm& algorithm : kSigning) {
    SCOPED_TRACE(algorithm.name);
    ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate(algorithm.name));
    ASSERT_OK_AND_ASSIGN(
        const std::string token,
        SignJws(key, algorithm.name, kPayload, JwsPayload::kInside));
    EXPECT_TRUE(Witness(key).Verify(token));
  }
}

TEST(JwsTest, ADetachedTokenCoversThePayloadGiven) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("ES256"));
  ASSERT_OK_AND_ASSIGN(const std::string token,
                       SignJws(key, "ES256", kPayload, JwsPayload::kDetached));
  EXPECT_THAT(token, HasSubstr(".."));
  ASSERT_OK_AND_ASSIGN(const Jws jws, ParseJws(token));
  EXPECT_TRUE(jws.detached());
  EXPECT_TRUE(VerifyJws(jws, kPayload, key));
  EXPECT_FALSE(VerifyJws(jws, "something else", key));
  EXPECT_FALSE(VerifyJws(jws, "", key));
}

TEST(JwsTest, EveryChangedByteIsNoticed) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("EdDSA"));
  ASSERT_OK_AND_ASSIGN(const std::string token,
                       SignJws(key, "EdDSA", kPayload, JwsPayload::kInside));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto jws = ParseJws(changed);
    EXPECT_FALSE(jws.ok() && VerifyJws(*jws, "", key)) << "byte " << i;
  }
}

// librhonabwy's plain parse-and-verify accepts this one: the token is signed
// by the key that it carries.
TEST(JwsTest, ATokenThatBringsItsOwnKeyIsRefused) {
  ASSERT_OK_AND_ASSIGN(const Key forger, Key::Generate("ES256"));
  jws_t* jws;
  r_jws_init(&jws);
  r_jws_set_alg(jws, R_JWA_ALG_ES256);
  r_jws_set_payload(jws, reinterpret_cast<const unsigned char*>("{}"), 2);
  json_t* jwk = json_loads(forger.PublicJwk().c_str(), 0, nullptr);
  r_jws_set_header_json_t_value(jws, "jwk", jwk);
  json_decref(jwk);
  jwk_t* signing;
  r_jwk_init(&signing);
  r_jwk_import_from_json_str(signing, forger.PrivateJwk()->c_str());
  char* token = r_jws_serialize(jws, signing, 0);
  ASSERT_NE(token, nullptr);
  EXPECT_THAT(ParseJws(token), StatusIs(kInvalid, HasSubstr("own key")));
  r_free(token);
  r_jwk_free(signing);
  r_jws_free(jws);
}

TEST(JwsTest, HeadersThatPointToAKeyAreRefused) {
  for (const char* member :
       {R"("jku":"https://evil.example/jwks")", R"("x5u":"https://e.example")",
        R"("x5c":["MIIB"])", R"("jwk":null)"}) {
    EXPECT_THAT(
        ParseJws(Token(absl::StrCat(R"({"alg":"EdDSA",)", member, "}"))),
        StatusIs(kInvalid, HasSubstr("own key")))
        << member;
  }
}

TEST(JwsTest, AlgorithmsOutsideTheListAreRefused) {
  for (const char* algorithm :
       {"none", "None", "NONE", "", "HS256", "HS512", "RS384", "ES384",
        "ES256K", "RSA-OAEP-256", "eddsa", "dir"}) {
    EXPECT_THAT(ParseJws(Token(absl::StrCat(R"({"alg":")", algorithm, "\"}"))),
                StatusIs(kInvalid, HasSubstr("algorithm")))
        << algorithm;
  }
  EXPECT_THAT(ParseJws(Token("{}")), StatusIs(kInvalid));
  EXPECT_THAT(ParseJws(Token(R"({"alg":1})")), StatusIs(kInvalid));
  EXPECT_THAT(ParseJws(Token(R"({"alg":["EdDSA"]})")), StatusIs(kInvalid));
  EXPECT_THAT(ParseJws(Token(R"({"alg":"EdDSA","alg":"none"})")),
              StatusIs(kInvalid, HasSubstr("twice")));
}

TEST(JwsTest, APublicKeyIsNeverTakenForAnHmacSecret) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("RS256"));
  jws_t* jws;
  r_jws_init(&jws);
  r_jws_set_alg(jws, R_JWA_ALG_HS256);
  r_jws_set_payload(jws, reinterpret_cast<const unsigned char*>("{}"), 2);
  const std::string secret = key.PublicJwk();
  r_jws_add_key_symmetric(jws,
                          reinterpret_cast<const unsigned char*>(secret.data()),
                          secret.size());
  char* token = r_jws_serialize(jws, nullptr, 0);
  ASSERT_NE(token, nullptr);
  EXPECT_THAT(ParseJws(token), StatusIs(kInvalid, HasSubstr("algorithm")));
  r_free(token);
  r_jws_free(jws);
}

TEST(JwsTest, AnAlgorithmDoesNotVerifyWithAKeyOfAnotherType) {
  ASSERT_OK_AND_ASSIGN(const Key rsa, Key::Generate("RS256"));
  for (const char* algorithm : {"EdDSA", "ES256", "PS256"}) {
    ASSERT_OK_AND_ASSIGN(
        const Jws jws,
        ParseJws(Token(absl::StrCat(R"({"alg":")", algorithm, "\"}"))));
    EXPECT_FALSE(VerifyJws(jws, "", rsa));
    EXPECT_THAT(SignJws(rsa, algorithm, "", JwsPayload::kInside),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
}

TEST(JwsTest, Es256SignaturesOfOtherLengthsAreRefused) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("ES256"));
  for (const size_t size : {1u, 63u, 65u, 70u, 128u}) {
    const std::string token =
        absl::StrCat(EncodeBase64Url(R"({"alg":"ES256"})"), ".e30.",
                     EncodeBase64Url(std::string(size, '\x01')));
    ASSERT_OK_AND_ASSIGN(const Jws jws, ParseJws(token));
    EXPECT_FALSE(VerifyJws(jws, "", key)) << size;
  }
  // Both numbers zero verify for any key in faulty implementations.
  ASSERT_OK_AND_ASSIGN(const Jws zero, ParseJws(Token(R"({"alg":"ES256"})")));
  EXPECT_FALSE(VerifyJws(zero, "", key));
}

TEST(JwsTest, CriticalParametersThatAreNotUnderstoodAreRefused) {
  for (const char* header :
       {R"({"alg":"EdDSA","crit":["exp"],"exp":1})",
        R"({"alg":"EdDSA","crit":[]})", R"({"alg":"EdDSA","crit":"b64"})",
        R"({"alg":"EdDSA","b64":false})",
        R"({"alg":"EdDSA","crit":["b64"],"b64":"false"})",
        R"({"alg":"EdDSA","crit":["b64","b64"],"b64":false})",
        R"({"alg":"EdDSA","crit":["b64"],"b64":false})"}) {
    EXPECT_THAT(ParseJws(Token(header)), StatusIs(kInvalid)) << header;
  }
}

TEST(JwsTest, AnUnencodedDetachedPayloadIsUnderstood) {
  // RFC 7797, section 4.1, with EdDSA instead of a shared secret.
  const std::string header =
      EncodeBase64Url(R"({"alg":"EdDSA","b64":false,"crit":["b64"]})");
  ASSERT_OK_AND_ASSIGN(
      const Jws jws,
      ParseJws(absl::StrCat(header, "..", EncodeBase64Url("signature"))));
  EXPECT_FALSE(jws.encoded);
  EXPECT_TRUE(jws.detached());
}

TEST(JwsTest, MalformedTokensAreRefused) {
  for (const char* token :
       {"", ".", "..", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "..AAAA",
        "e30.e30.AA==", "eyJhbGciOiJFZERTQSJ9.e30.A A"}) {
    EXPECT_THAT(ParseJws(token), StatusIs(kInvalid)) << token;
  }
  EXPECT_FALSE(LooksLikeJws(""));
  EXPECT_FALSE(LooksLikeJws("unsigned-stub"));
  EXPECT_FALSE(LooksLikeJws("a.b"));
  EXPECT_TRUE(LooksLikeJws("a..c"));
}

constexpr Algorithm kWrapping[] = {
    {"RSA-OAEP-256", R_JWA_ALG_RSA_OAEP_256},
    {"RSA-OAEP", R_JWA_ALG_RSA_OAEP},
    {"ECDH-ES+A256KW", R_JWA_ALG_ECDH_ES_A256KW}};

// The proto of a flattened JWE in JSON.
EncryptedMessage FromFlattened(const std::string& json) {
  const JsonObject jwe = *JsonObject::Parse(json);
  EncryptedMessage message;
  message.set_protected_(jwe.StringOr("protected"));
  message.set_encrypted_key(jwe.StringOr("encrypted_key"));
  message.set_iv(jwe.StringOr("iv"));
  message.set_ciphertext(jwe.StringOr("ciphertext"));
  message.set_tag(jwe.StringOr("tag"));
  if (jwe.Has("header")) {
    const JsonObject header = *JsonObject::Parse(*jwe.Json("header"));
    for (const char* name : {"alg", "enc", "kid"}) {
      const std::string text = header.StringOr(name);
      if (text.empty()) continue;
      auto* to = message.mutable_header();
      if (name == absl::string_view("alg")) to->set_alg(text);
      if (name == absl::string_view("enc")) to->set_enc(text);
      if (name == absl::string_view("kid")) to->set_kid(text);
    }
    if (header.Has("epk")) {
      auto* extra = message.mutable_header()->add_extras();
      extra->set_path("epk");
      extra->set_json(*header.Json("epk"));
    }
  }
  return message;
}

// The other way. librhonabwy looks for alg and epk in the unprotected header
// only, so they are said there once more.
std::string ToFlattened(const EncryptedMessage& message) {
  const JweHeader header = *ReadJweHeader(message);
  std::string json = absl::StrCat(R"({"protected":")", message.protected_(),
                                  R"(","header":{"kid":")", header.kid,
                                  R"(","alg":")", header.algorithm, "\"");
  if (!header.epk.empty()) absl::StrAppend(&json, ",\"epk\":", header.epk);
  return absl::StrCat(json, R"(},"encrypted_key":")", message.encrypted_key(),
                      R"(","iv":")", message.iv(), R"(","ciphertext":")",
                      message.ciphertext(), R"(","tag":")", message.tag(),
                      "\"}");
}

TEST(JweTest, MessagesOfAnotherImplementationDecrypt) {
  for (const Algorithm& algorithm : kWrapping) {
    SCOPED_TRACE(algorithm.name);
    ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate(algorithm.name));
    const std::string json = Witness(key).Encrypt(algorithm.rhonabwy, kPayload);
    ASSERT_FALSE(json.empty());
    const EncryptedMessage message = FromFlattened(json);
    ASSERT_OK_AND_ASSIGN(const JweHeader header, ReadJweHeader(message));
    ASSERT_OK_AND_ASSIGN(const std::string clear,
                         DecryptJwe(message, header, key));
    EXPECT_EQ(clear, kPayload);
  }
}

TEST(JweTest, AnotherImplementationDecryptsOurProtectedMessages) {
  for (const Algorithm& algorithm : kWrapping) {
    SCOPED_TRACE(algorithm.name);
    ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate(algorithm.name));
    ASSERT_OK_AND_ASSIGN(const EncryptedMessage message,
                         EncryptJwe(kPayload, key, {.protect = true}));
    EXPECT_EQ(Witness(key).Decrypt(ToFlattened(message)), kPayload);
  }
}

TEST(JweTest, BothShapesSurviveTheWayOutAndBack) {
  std::vector<Key> keys;
  for (const Algorithm& a : kWrapping) keys.push_back(*Key::Generate(a.name));
  // P-256 serves signing as well: ES256 keys without a use and an algorithm.
  const JsonObject p256 =
      *JsonObject::Parse(*Key::Generate("ES256")->PrivateJwk());
  keys.push_back(*Key::FromJwk(
      absl::StrCat(R"({"kty":"EC","crv":"P-256","use":"enc","x":")",
                   p256.StringOr("x"), R"(","y":")", p256.StringOr("y"),
                   R"(","d":")", p256.StringOr("d"), "\"}")));
  for (const Key& key : keys) {
    for (const bool protect : {false, true}) {
      ASSERT_OK_AND_ASSIGN(const EncryptedMessage message,
                           EncryptJwe(kPayload, key, {.protect = protect}));
      EXPECT_EQ(message.has_protected_(), protect);
      EXPECT_EQ(message.header().has_alg(), !protect);
      EXPECT_EQ(message.header().kid(), key.kid());
      ASSERT_OK_AND_ASSIGN(const JweHeader header, ReadJweHeader(message));
      ASSERT_OK_AND_ASSIGN(const std::string clear,
                           DecryptJwe(message, header, key));
      EXPECT_EQ(clear, kPayload);
    }
  }
}

TEST(JweTest, EveryAlgorithmGoesWithEveryOther) {
  for (const absl::string_view alg : kKeyManagementAlgorithms) {
    ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate(alg));
    for (const absl::string_view enc : kContentAlgorithms) {
      SCOPED_TRACE(absl::StrCat(alg, " ", enc));
      ASSERT_OK_AND_ASSIGN(const EncryptedMessage message,
                           EncryptJwe(kPayload, key,
                                      {.key_algorithm = std::string(alg),
                                       .content_algorithm = std::string(enc)}));
      EXPECT_EQ(message.header().alg(), alg);
      EXPECT_EQ(message.header().enc(), enc);
      EXPECT_EQ(message.encrypted_key().empty(), alg == kEcdhEs);
      ASSERT_OK_AND_ASSIGN(const JweHeader header, ReadJweHeader(message));
      ASSERT_OK_AND_ASSIGN(const std::string clear,
                           DecryptJwe(message, header, key));
      EXPECT_EQ(clear, kPayload);
      EncryptedMessage forged = message;
      forged.set_encrypted_key("AAAA");
      EXPECT_FALSE(DecryptJwe(forged, header, key).ok());
    }
  }
}

TEST(JweTest, AKeyServesNothingButItsAlgorithm) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("ECDH-ES+A256KW"));
  EXPECT_THAT(EncryptJwe(kPayload, key, {.key_algorithm = "ECDH-ES"}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(EncryptJwe(kPayload, key, {.key_algorithm = "RSA-OAEP"}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(JweTest, AnyChangeIsNoticedAndAllFailuresAreOne) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("RSA-OAEP-256"));
  ASSERT_OK_AND_ASSIGN(const EncryptedMessage good,
                       EncryptJwe(kPayload, key, {.protect = true}));
  ASSERT_OK_AND_ASSIGN(const JweHeader header, ReadJweHeader(good));
  std::vector<EncryptedMessage> bad(5, good);
  const auto change = [](std::string* text) {
    (*text)[3] = (*text)[3] == 'A' ? 'B' : 'A';
  };
  change(bad[0].mutable_ciphertext());
  change(bad[1].mutable_tag());
  change(bad[2].mutable_iv());
  change(bad[3].mutable_encrypted_key());
  bad[4].set_aad("AAAA");
  std::string first;
  for (const EncryptedMessage& message : bad) {
    const auto clear = DecryptJwe(message, header, key);
    ASSERT_THAT(clear, StatusIs(kInvalid));
    if (first.empty()) first = std::string(clear.status().message());
    EXPECT_EQ(clear.status().message(), first);
  }
}

TEST(JweTest, AdditionalDataIsCovered) {
  // RFC 7516, 5.1 step 14, by way of GCM's own check: a message sealed over
  // "protected.aad" opens only with both.
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("ECDH-ES+A256KW"));
  ASSERT_OK_AND_ASSIGN(EncryptedMessage message, EncryptJwe(kPayload, key, {}));
  ASSERT_OK_AND_ASSIGN(const JweHeader header, ReadJweHeader(message));
  message.set_protected_(EncodeBase64Url("{}"));
  EXPECT_FALSE(DecryptJwe(message, header, key).ok());
}

TEST(JweTest, AlgorithmsOutsideTheListsAreRefused) {
  const auto with = [](const char* alg, const char* enc) {
    EncryptedMessage message;
    message.mutable_header()->set_alg(alg);
    message.mutable_header()->set_enc(enc);
    return ReadJweHeader(message);
  };
  EXPECT_OK(with("RSA-OAEP-256", "A256GCM"));
  EXPECT_THAT(with("RSA1_5", "A256GCM"), StatusIs(kInvalid));
  EXPECT_THAT(with("dir", "A256GCM"), StatusIs(kInvalid));
  EXPECT_THAT(with("none", "A256GCM"), StatusIs(kInvalid));
  EXPECT_THAT(with("PBES2-HS256+A128KW", "A256GCM"), StatusIs(kInvalid));
  EXPECT_THAT(with("EdDSA", "A256GCM"), StatusIs(kInvalid));
  EXPECT_OK(with("ECDH-ES", "A128CBC-HS256"));
  EXPECT_THAT(with("RSA-OAEP-256", "A192CBC-HS384"), StatusIs(kInvalid));
  EXPECT_THAT(with("A256KW", "A256GCM"), StatusIs(kInvalid));
  EXPECT_THAT(with("RSA-OAEP-256", ""), StatusIs(kInvalid));
  EXPECT_THAT(with("", ""), StatusIs(kInvalid));
}

TEST(JweTest, ContradictingAndCriticalParametersAreRefused) {
  EncryptedMessage message;
  message.mutable_header()->set_alg("RSA-OAEP");
  message.set_protected_(
      EncodeBase64Url(R"({"alg":"RSA-OAEP-256","enc":"A256GCM"})"));
  EXPECT_THAT(ReadJweHeader(message), StatusIs(kInvalid, HasSubstr("twice")));
  message.mutable_header()->set_alg("RSA-OAEP-256");
  EXPECT_OK(ReadJweHeader(message));
  for (const char* header :
       {R"({"alg":"RSA-OAEP-256","enc":"A256GCM","zip":"DEF"})",
        R"({"alg":"RSA-OAEP-256","enc":"A256GCM","crit":["x"]})"}) {
    message.set_protected_(EncodeBase64Url(header));
    EXPECT_THAT(ReadJweHeader(message), StatusIs(kInvalid)) << header;
  }
  message.set_protected_("not base64url!");
  EXPECT_THAT(ReadJweHeader(message), StatusIs(kInvalid));
}

TEST(JweTest, AnEphemeralKeyOfAnotherCurveIsRefused) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("ECDH-ES+A256KW"));
  ASSERT_OK_AND_ASSIGN(const EncryptedMessage message,
                       EncryptJwe(kPayload, key, {}));
  ASSERT_OK_AND_ASSIGN(JweHeader header, ReadJweHeader(message));
  header.epk = Key::Generate("ES256")->BareJwk();
  EXPECT_THAT(DecryptJwe(message, header, key), StatusIs(kInvalid));
  // A point of small order makes a secret that everybody knows.
  header.epk = absl::StrCat(R"({"kty":"OKP","crv":"X25519","x":")",
                            EncodeBase64Url(std::string(32, '\0')), "\"}");
  EXPECT_THAT(DecryptJwe(message, header, key), StatusIs(kInvalid));
  header.epk = "";
  EXPECT_THAT(DecryptJwe(message, header, key), StatusIs(kInvalid));
}

}  // namespace
}  // namespace dci::trust
