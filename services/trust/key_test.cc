#include "services/trust/key.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/trust/base64.h"
#include "services/trust/json_object.h"
#include "services/trust/keys.h"

namespace dci::trust {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr const char* kAlgorithms[] = {
    "EdDSA",        "ES256",    "RS256",         "PS256",
    "RSA-OAEP-256", "RSA-OAEP", "ECDH-ES+A256KW"};

// RFC 7638, 3.1.
constexpr char kRfc7638[] = R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQm
bXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3okn
jhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMi
cAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6W
eZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":
"AQAB","alg":"RS256","kid":"2011-04-29"})";
// RFC 8037, A.2.
constexpr char kRfc8037[] =
    R"({"kty":"OKP","crv":"Ed25519",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

std::string OnOneLine(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\n", ""}});
}

TEST(KeyTest, ThumbprintsAreThoseOfTheRfcs) {
  ASSERT_OK_AND_ASSIGN(const Key rsa, Key::FromJwk(OnOneLine(kRfc7638)));
  EXPECT_EQ(rsa.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  EXPECT_EQ(rsa.kid(), "2011-04-29");
  EXPECT_EQ(rsa.algorithm(), "RS256");
  ASSERT_OK_AND_ASSIGN(const Key okp, Key::FromJwk(kRfc8037));
  EXPECT_EQ(okp.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  EXPECT_EQ(okp.kid(), okp.thumbprint());
}

TEST(KeyTest, GeneratedKeysSurviveTheWayThroughJwk) {
  for (const char* algorithm : kAlgorithms) {
    SCOPED_TRACE(algorithm);
    ASSERT_OK_AND_ASSIGN(const Key made, Key::Generate(algorithm));
    EXPECT_TRUE(made.is_private());
    EXPECT_TRUE(made.Serves(algorithm));
    ASSERT_OK_AND_ASSIGN(const std::string json, made.PrivateJwk());
    ASSERT_OK_AND_ASSIGN(const Key read, Key::FromJwk(json));
    EXPECT_TRUE(read.is_private());
    EXPECT_EQ(read.thumbprint(), made.thumbprint());
    EXPECT_EQ(read.algorithm(), algorithm);
    EXPECT_EQ(read.use(), made.use());
    ASSERT_OK_AND_ASSIGN(const Key shown, Key::FromJwk(made.PublicJwk()));
    EXPECT_FALSE(shown.is_private());
    EXPECT_EQ(shown.thumbprint(), made.thumbprint());
    EXPECT_FALSE(shown.PrivateJwk().ok());
  }
}

TEST(KeyTest, NoPrivateMemberIsInAPublicJwk) {
  for (const char* algorithm : kAlgorithms) {
    ASSERT_OK_AND_ASSIGN(const Key made, Key::Generate(algorithm));
    ASSERT_OK_AND_ASSIGN(const JsonObject jwk,
                         JsonObject::Parse(made.PublicJwk()));
    for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "k"}) {
      EXPECT_FALSE(jwk.Has(member)) << algorithm << " " << member;
    }
    // What DCI JWKS 1.0.0 requires of every key.
    for (const char* member : {"kty", "kid", "use", "alg"}) {
      EXPECT_TRUE(jwk.String(member).has_value()) << algorithm << member;
    }
  }
}

TEST(KeyTest, NoKeyIsMadeForOtherAlgorithms) {
  for (const char* algorithm : {"", "none", "HS256", "RSA1_5", "ES384", "dir",
                                "ECDH-ES+A192KW", "eddsa", "RS512"}) {
    EXPECT_THAT(Key::Generate(algorithm), StatusIs(kInvalid)) << algorithm;
  }
}

TEST(KeyTest, AKeyServesItsTypeItsUseAndItsAlgorithmOnly) {
  ASSERT_OK_AND_ASSIGN(const Key rsa, Key::Generate("RS256"));
  EXPECT_TRUE(rsa.Serves("RS256"));
  EXPECT_FALSE(rsa.Serves("PS256"));
  EXPECT_FALSE(rsa.Serves("RSA-OAEP-256"));
  EXPECT_FALSE(rsa.Serves("ES256"));
  EXPECT_FALSE(rsa.Serves("HS256"));
  EXPECT_FALSE(rsa.Serves("none"));
  EXPECT_FALSE(rsa.Serves(""));
  ASSERT_OK_AND_ASSIGN(const Key open, Key::FromJwk(kRfc8037));
  EXPECT_TRUE(open.Serves("EdDSA"));
  EXPECT_TRUE(open.Serves("Ed25519"));  // RFC 9864
  EXPECT_FALSE(open.WithUse("enc").Serves("EdDSA"));
}

TEST(KeyTest, SymmetricAndMalformedKeysAreRefused) {
  for (const char* jwk : {
           "",
           "null",
           "[]",
           "{}",
           "{\"kty\":\"OKP\"",
           R"({"kty":"oct","k":"c2VjcmV0"})",
           R"({"kty":"OKP","crv":"Ed448","x":"AAAA"})",
           R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})",
           R"({"kty":"OKP","crv":"Ed25519"})",
           R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})",
           R"({"kty":"RSA","n":"AQAB","e":"AQAB"})",
           R"({"kty":"RSA","n":"AQAB","e":"AA"})",
       }) {
    EXPECT_THAT(Key::FromJwk(jwk), StatusIs(kInvalid)) << jwk;
  }
}

TEST(KeyTest, AKeyTwiceNamedIsRefused) {
  EXPECT_THAT(Key::FromJwk(
                  R"({"kty":"OKP","kty":"OKP","crv":"Ed25519",
              "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"),
              StatusIs(kInvalid, HasSubstr("twice")));
}

TEST(KeyTest, APointBesideTheCurveIsRefused) {
  ASSERT_OK_AND_ASSIGN(const Key made, Key::Generate("ES256"));
  ASSERT_OK_AND_ASSIGN(const JsonObject jwk,
                       JsonObject::Parse(made.PublicJwk()));
  const std::string x = jwk.StringOr("x");
  EXPECT_THAT(Key::FromJwk(absl::StrCat(R"({"kty":"EC","crv":"P-256","x":")", x,
                                        R"(","y":")", x, "\"}")),
              StatusIs(kInvalid));
}

TEST(KeyTest, AShortRsaKeyIsRefused) {
  // 1,024 bits.
  const std::string n(128, '\xff');
  EXPECT_THAT(Key::FromJwk(absl::StrCat(R"({"kty":"RSA","e":"AQAB","n":")",
                                        EncodeBase64Url(n), "\"}")),
              StatusIs(kInvalid, HasSubstr("2048")));
}

TEST(KeyTest, APublicAndAPrivatePartThatDoNotBelongTogetherAreRefused) {
  for (const char* algorithm : {"EdDSA", "ES256"}) {
    ASSERT_OK_AND_ASSIGN(const Key one, Key::Generate(algorithm));
    ASSERT_OK_AND_ASSIGN(const Key two, Key::Generate(algorithm));
    ASSERT_OK_AND_ASSIGN(const std::string other, two.PrivateJwk());
    ASSERT_OK_AND_ASSIGN(const JsonObject jwk, JsonObject::Parse(other));
    std::string mixed = one.PublicJwk();
    mixed.pop_back();
    absl::StrAppend(&mixed, ",\"d\":\"", jwk.StringOr("d"), "\"}");
    const auto read = Key::FromJwk(mixed);
    EXPECT_THAT(read, StatusIs(kInvalid)) << algorithm;
    EXPECT_THAT(std::string(read.status().message()),
                Not(HasSubstr(jwk.StringOr("d"))));
  }
}

TEST(KeyTest, AnAlgorithmThatTheKeyCannotServeIsRefused) {
  EXPECT_THAT(Key::FromJwk(
                  R"({"kty":"OKP","crv":"Ed25519","alg":"HS256",
              "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"),
              StatusIs(kInvalid, HasSubstr("alg")));
  EXPECT_THAT(Key::FromJwk(
                  R"({"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"enc",
              "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"),
              StatusIs(kInvalid));
}

// Made by `openssl genpkey -algorithm ed25519`.
constexpr char kPkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";

TEST(KeyTest, PemIsReadAndItsPublicPartIsTheRightOne) {
  ASSERT_OK_AND_ASSIGN(const Key key, Key::FromPem(kPkcs8));
  EXPECT_EQ(key.type(), KeyType::kEd25519);
  EXPECT_TRUE(key.is_private());
  // RFC 8410, 10.3 shows both parts of this key.
  EXPECT_THAT(key.PublicJwk(),
              HasSubstr("Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"));
  EXPECT_THAT(Key::FromPem("no key"), StatusIs(kInvalid));
  EXPECT_THAT(Key::FromPem(""), StatusIs(kInvalid));
}

TimedKey Timed(const char* algorithm, const char* kid, absl::Time from,
               absl::Time to) {
  TimedKey timed{Key::Generate(algorithm)->WithKid(kid), kid};
  timed.not_before = from;
  timed.not_after = to;
  return timed;
}

constexpr absl::Time kStart = absl::FromUnixSeconds(1'000'000'000);
absl::Time Day(int n) { return kStart + absl::Hours(24) * n; }

TEST(KeyRingTest, TheNewestValidKeySigns) {
  ASSERT_OK_AND_ASSIGN(
      const KeyRing ring,
      KeyRing::Create({Timed("EdDSA", "new", Day(5), Day(20)),
                       Timed("EdDSA", "old", Day(0), Day(10)),
                       Timed("RSA-OAEP-256", "enc", Day(7), Day(20))}));
  EXPECT_EQ(ring.SigningKey("", Day(-1)), nullptr);
  EXPECT_EQ(ring.SigningKey("", Day(0))->kid(), "old");
  EXPECT_EQ(ring.SigningKey("", Day(5))->kid(), "new");
  EXPECT_EQ(ring.SigningKey("EdDSA", Day(12))->kid(), "new");
  EXPECT_EQ(ring.SigningKey("ES256", Day(12)), nullptr);
  EXPECT_EQ(ring.SigningKey("", Day(20)), nullptr);
}

TEST(KeyRingTest, ValidKeysAndOnlyTheseArePublished) {
  ASSERT_OK_AND_ASSIGN(
      const KeyRing ring,
      KeyRing::Create({Timed("EdDSA", "old", Day(0), Day(10)),
                       Timed("ES256", "new", Day(5), Day(20)),
                       Timed("ECDH-ES+A256KW", "enc", Day(0), Day(20))}));
  ASSERT_OK_AND_ASSIGN(auto keys, ReadJwks(ring.PublicJwks(Day(7))));
  ASSERT_THAT(keys, SizeIs(3));
  EXPECT_EQ(keys[2].key.use(), "enc");
  EXPECT_FALSE(keys[0].key.is_private());
  ASSERT_OK_AND_ASSIGN(keys, ReadJwks(ring.PublicJwks(Day(15))));
  ASSERT_THAT(keys, SizeIs(2));
  EXPECT_EQ(keys[0].key.kid(), "new");
  EXPECT_EQ(ring.PublicJwks(Day(30)), "{\"keys\":[]}");
}

TEST(KeyRingTest, AllValidKeysDecrypt) {
  ASSERT_OK_AND_ASSIGN(
      const KeyRing ring,
      KeyRing::Create({Timed("RSA-OAEP-256", "old", Day(0), Day(10)),
                       Timed("RSA-OAEP-256", "new", Day(5), Day(20)),
                       Timed("EdDSA", "sig", Day(0), Day(20))}));
  EXPECT_THAT(ring.DecryptionKeys("RSA-OAEP-256", Day(7)), SizeIs(2));
  EXPECT_THAT(ring.DecryptionKeys("RSA-OAEP-256", Day(12)), SizeIs(1));
  EXPECT_THAT(ring.DecryptionKeys("EdDSA", Day(7)), SizeIs(1));
  EXPECT_EQ(ring.Find("old", "RSA-OAEP-256", Day(12)), nullptr);
  EXPECT_EQ(ring.Find("sig", "ES256", Day(7)), nullptr);
}

TEST(KeyRingTest, PublicKeysAndEqualNamesAreRefused) {
  ASSERT_OK_AND_ASSIGN(const Key shown, Key::FromJwk(kRfc8037));
  EXPECT_THAT(KeyRing::Create({TimedKey{shown, "k"}}), StatusIs(kInvalid));
  EXPECT_THAT(KeyRing::Create({Timed("EdDSA", "same", Day(0), Day(1)),
                               Timed("ES256", "same", Day(0), Day(1))}),
              StatusIs(kInvalid, HasSubstr("same")));
}

TEST(KeyRingTest, KeysAreLoadedFromFiles) {
  const std::string folder = std::getenv("TEST_TMPDIR");
  ASSERT_OK_AND_ASSIGN(const Key enc, Key::Generate("RSA-OAEP-256"));
  std::ofstream(folder + "/enc.jwk") << *enc.PrivateJwk();
  std::ofstream(folder + "/sig.pem") << kPkcs8;
  dci::config::v1::ServerConfig config;
  config.add_keys()->set_file(folder + "/enc.jwk");
  auto* sig = config.add_keys();
  sig->set_file(folder + "/sig.pem");
  sig->set_kid("main");
  sig->set_use("sig");
  sig->set_not_after("2026-01-01T00:00:00Z");
  ASSERT_OK_AND_ASSIGN(const KeyRing ring, KeyRing::Load(config.keys()));
  EXPECT_EQ(ring.SigningKey("", Day(0))->kid(), "main");
  EXPECT_EQ(ring.SigningKey("", absl::FromUnixSeconds(1'800'000'000)), nullptr);
  sig->set_file(folder + "/missing.pem");
  EXPECT_THAT(KeyRing::Load(config.keys()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing.pem")));
}

TEST(JwksTest, UnusableKeysAreSkippedAndUnusableDocumentsRefused) {
  ASSERT_OK_AND_ASSIGN(const Key good, Key::Generate("ES256"));
  ASSERT_OK_AND_ASSIGN(const std::string leaked, good.PrivateJwk());
  ASSERT_OK_AND_ASSIGN(
      const auto keys,
      ReadJwks(absl::StrCat(R"({"keys":[{"kty":"oct","k":"AAAA"},17,)", leaked,
                            ",", good.PublicJwk(), "],\"more\":1}")));
  ASSERT_THAT(keys, SizeIs(1));
  EXPECT_EQ(keys[0].key_id, good.kid());
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", "<html>"}) {
    EXPECT_THAT(ReadJwks(text), StatusIs(kInvalid)) << text;
  }
  std::string many = "{\"keys\":[0";
  for (int i = 0; i < kMaxJwksKeys; ++i) many += ",0";
  EXPECT_THAT(ReadJwks(many + "]}"), StatusIs(kInvalid, HasSubstr("many")));
}

TEST(ParticipantKeyTest, TimesAreReadAndPrivateKeysRefused) {
  dci::config::v1::ParticipantKey config;
  config.set_jwk(kRfc8037);
  config.set_key_id("k-7");
  config.set_not_before("2001-09-09T00:00:00Z");
  config.set_revoked_at("2001-09-12T00:00:00+02:00");
  ASSERT_OK_AND_ASSIGN(const TimedKey timed, ReadParticipantKey(config));
  EXPECT_EQ(timed.key_id, "k-7");
  EXPECT_FALSE(timed.ValidAt(Day(-1)));
  EXPECT_TRUE(timed.ValidAt(Day(1)));
  EXPECT_FALSE(timed.ValidAt(Day(3)));
  config.set_not_after("tomorrow");
  EXPECT_THAT(ReadParticipantKey(config),
              StatusIs(kInvalid, HasSubstr("not_after")));
  config.clear_not_after();
  config.set_jwk(*Key::Generate("EdDSA")->PrivateJwk());
  EXPECT_THAT(ReadParticipantKey(config),
              StatusIs(kInvalid, HasSubstr("private")));
}

TEST(Base64Test, OneValueHasOneSpelling) {
  std::string bytes;
  EXPECT_TRUE(DecodeBase64Url("AQID", &bytes));
  EXPECT_EQ(bytes, "\x01\x02\x03");
  EXPECT_TRUE(DecodeBase64Url("", &bytes));
  for (const char* text : {"AQID=", "AQ ID", "AQ\nID", "A", "AB", "AQI+", "A/"})
    EXPECT_FALSE(DecodeBase64Url(text, &bytes)) << text;
  EXPECT_TRUE(DecodeBase64("+/8=", &bytes));
  EXPECT_EQ(bytes, "\xfb\xff");
  EXPECT_TRUE(DecodeBase64("-_8", &bytes));
  EXPECT_FALSE(DecodeBase64("+/8===", &bytes));
  EXPECT_FALSE(DecodeBase64("+ /8=", &bytes));
}

}  // namespace
}  // namespace dci::trust
