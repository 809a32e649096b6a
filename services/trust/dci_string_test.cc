#include "services/trust/dci_string.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/trust/key.h"

namespace dci::trust {
namespace {

using dci::config::v1::SignatureProfile;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr absl::Time kNow = absl::FromUnixSeconds(1'606'970'629);
constexpr absl::Duration kSkew = absl::Seconds(60);
constexpr char kDocument[] = R"({"header":{"a":1},"message":{}})";

// 64 bytes of base64.
constexpr char kBytes[] =
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAA==";
// As DCI registry core 1.0.0 prints it, with a value for its placeholder.
std::string Published() {
  return absl::StrCat(
      R"(Signature:  namespace="spdci", )"
      R"(kidId="spp.example.org|k1|ed25519", algorithm="ed25519", )"
      R"(created="1606970629", expires="1607030629", )"
      R"(headers="(created) (expires) digest", signature=")",
      kBytes);
}

TEST(DciStringTest, ThePublishedExampleIsReadThoughItLacksAQuote) {
  ASSERT_OK_AND_ASSIGN(const DciSignature s, ParseDciString(Published()));
  EXPECT_EQ(s.sender_id, "spp.example.org");
  EXPECT_EQ(s.key_id, "k1");
  EXPECT_EQ(s.created, 1606970629);
  EXPECT_EQ(s.expires, 1607030629);
  EXPECT_EQ(s.signature, std::string(64, '\0'));
}

TEST(DciStringTest, OtherSpellingsMeanTheSame) {
  const std::string good = absl::StrCat(Published(), "\"");
  for (const std::string& text : {
           good,
           absl::StrCat("  ", good, " \n"),
           absl::StrReplaceAll(good, {{"Signature:  ", ""}}),
           absl::StrReplaceAll(good, {{"Signature:  ", "Signature "}}),
           absl::StrReplaceAll(good, {{"Signature:  ", "signature:"}}),
           absl::StrReplaceAll(good, {{"kidId", "keyId"}}),
           absl::StrReplaceAll(good, {{"kidId", "keyid"}}),
           absl::StrReplaceAll(good, {{"namespace=\"spdci\", ", ""}}),
           absl::StrReplaceAll(good, {{", ", ","}}),
           absl::StrReplaceAll(good, {{", ", " ,\t"}}),
           absl::StrReplaceAll(good, {{"\"", "'"}}),
           absl::StrReplaceAll(good, {{"created=\"", "created = \""}}),
           absl::StrReplaceAll(good, {{"\"1606970629\"", "1606970629"}}),
           absl::StrReplaceAll(good, {{"|ed25519", ""}}),
           absl::StrReplaceAll(good, {{"ed25519", "Ed25519"}}),
           absl::StrReplaceAll(good, {{"ed25519", "EdDSA"}}),
           absl::StrReplaceAll(good, {{"AA==", "AA"}}),
           absl::StrReplaceAll(good, {{"algorithm=\"ed25519\", ", ""}}),
       }) {
    ASSERT_TRUE(LooksLikeDciString(text)) << text;
    const auto s = ParseDciString(text);
    ASSERT_THAT(s, IsOk()) << text;
    EXPECT_EQ(s->key_id, "k1") << text;
    EXPECT_EQ(s->created, 1606970629) << text;
    EXPECT_EQ(s->signature.size(), 64u) << text;
  }
}

TEST(DciStringTest, ASenderMayHaveBarsInItsId) {
  ASSERT_OK_AND_ASSIGN(const DciSignature s,
                       ParseDciString(absl::StrReplaceAll(
                           Published(), {{"spp.example.org", "https://a|b"}})));
  EXPECT_EQ(s.sender_id, "https://a|b");
  EXPECT_EQ(s.key_id, "k1");
}

TEST(DciStringTest, WhatIsMissingOrWrongIsRefused) {
  const std::string good = absl::StrCat(Published(), "\"");
  for (const std::string& text : {
           std::string(),
           std::string("Signature:"),
           std::string("unsigned-stub"),
           std::string("kidId"),
           std::string(R"(kidId="a|b|ed25519")"),
           absl::StrReplaceAll(
               good, {{"kidId=\"spp.example.org|k1|ed25519\", ", ""}}),
           absl::StrReplaceAll(good, {{"spp.example.org|k1|", ""}}),
           absl::StrReplaceAll(good, {{"spp.example.org|", "|"}}),
           absl::StrReplaceAll(good, {{"|k1|", "||"}}),
           absl::StrReplaceAll(good, {{"created=\"1606970629\", ", ""}}),
           absl::StrReplaceAll(good, {{"expires=\"1607030629\", ", ""}}),
           absl::StrReplaceAll(good, {{"1606970629", "yesterday"}}),
           absl::StrReplaceAll(good, {{"1606970629", "-5"}}),
           absl::StrReplaceAll(good, {{"1606970629", "16069706290000"}}),
           absl::StrReplaceAll(good, {{"1606970629", "1606970629.5"}}),
           absl::StrReplaceAll(good, {{" digest\"", "\""}}),
           absl::StrReplaceAll(good, {{"(created) (expires)", "(created)"}}),
           absl::StrReplaceAll(good, {{"(created) (expires) digest",
                                       "digest (created) (expires)"}}),
           absl::StrReplaceAll(good, {{kBytes, "Base64(signing content)"}}),
           absl::StrReplaceAll(good, {{kBytes, "AAAA"}}),
           absl::StrReplaceAll(good, {{kBytes, ""}}),
           absl::StrCat(good, " nonsense"),
           absl::StrCat(good, ", created=\"1\""),
           absl::StrCat(good, ", keyId=\"x|y|ed25519\""),
       }) {
    EXPECT_THAT(ParseDciString(text), StatusIs(kInvalid)) << text;
  }
}

TEST(DciStringTest, OtherAlgorithmsAreRefusedWhereverTheyAreNamed) {
  for (const char* other : {"rsa-sha256", "hs2019", "none", "ed448", ""}) {
    EXPECT_THAT(
        ParseDciString(absl::StrReplaceAll(
            Published(), {{"algorithm=\"ed25519\"",
                           absl::StrCat("algorithm=\"", other, "\"")}})),
        StatusIs(kInvalid, HasSubstr("algorithm")))
        << other;
    EXPECT_THAT(ParseDciString(absl::StrReplaceAll(
                    Published(), {{"|ed25519", absl::StrCat("|", other)}})),
                StatusIs(kInvalid, HasSubstr("algorithm")))
        << other;
  }
}

TEST(DciStringTest, NoTextMakesTheParserFail) {
  // Every cut, and every single byte replaced by one that means something.
  const std::string good = absl::StrCat(Published(), "\"");
  for (size_t i = 0; i < good.size(); ++i) {
    const auto cut = ParseDciString(good.substr(0, i));
    EXPECT_TRUE(!cut.ok() || cut->signature.size() == 64);
    for (const char c : {'"', '\'', '=', ',', '|', ' ', '\0', '\xff'}) {
      std::string changed = good;
      changed[i] = c;
      const auto read = ParseDciString(changed);
      EXPECT_TRUE(!read.ok() || read->signature.size() == 64);
    }
  }
}

DciSignature Window(int64_t created, int64_t expires) {
  DciSignature s;
  s.created = created;
  s.expires = expires;
  return s;
}

TEST(DciStringTest, TheWindowIsJudgedWithSkewOnBothSides) {
  const int64_t now = absl::ToUnixSeconds(kNow);
  EXPECT_TRUE(WithinWindow(Window(now, now + 300), kNow, kSkew));
  EXPECT_TRUE(WithinWindow(Window(now + 60, now + 300), kNow, kSkew));
  EXPECT_FALSE(WithinWindow(Window(now + 61, now + 300), kNow, kSkew));
  EXPECT_TRUE(WithinWindow(Window(now - 300, now - 60), kNow, kSkew));
  EXPECT_FALSE(WithinWindow(Window(now - 300, now - 61), kNow, kSkew));
  EXPECT_FALSE(WithinWindow(Window(now, now), kNow, kSkew));
  EXPECT_FALSE(WithinWindow(Window(now + 10, now), kNow, kSkew));
}

TEST(DciStringTest, WhatIsSignedVerifiesUnderTheSameProfileOnly) {
  ASSERT_OK_AND_ASSIGN(const Key made, Key::Generate("EdDSA"));
  const Key key = made.WithKid("k1");
  SignatureProfile sha;
  sha.set_digest_prefix("SHA-256=");
  SignatureProfile blake;
  blake.set_digest(dci::config::v1::DIGEST_BLAKE2B_512);
  blake.set_digest_prefix("BLAKE-512=");
  blake.set_namespace_("g2p");
  blake.set_key_id_parameter("keyId");
  blake.set_validity_seconds(10);
  SignatureProfile bare;
  for (const SignatureProfile* profile : {&sha, &blake, &bare}) {
    ASSERT_OK_AND_ASSIGN(const std::string text,
                         SignDciString(key, "me", kDocument, *profile, kNow));
    ASSERT_OK_AND_ASSIGN(const DciSignature s, ParseDciString(text));
    EXPECT_EQ(s.sender_id, "me");
    EXPECT_EQ(s.key_id, "k1");
    EXPECT_EQ(s.expires - s.created, profile == &blake ? 10 : 300);
    EXPECT_EQ(VerifyDciString(s, kDocument, sha, key), profile == &sha);
    EXPECT_EQ(VerifyDciString(s, kDocument, blake, key), profile == &blake);
    EXPECT_EQ(VerifyDciString(s, kDocument, bare, key), profile == &bare);
    EXPECT_FALSE(VerifyDciString(s, "{}", *profile, key));
    EXPECT_FALSE(
        VerifyDciString(s, kDocument, *profile, *Key::Generate("EdDSA")));
    EXPECT_FALSE(
        VerifyDciString(s, kDocument, *profile, *Key::Generate("ES256")));
    DciSignature later = s;
    ++later.expires;
    EXPECT_FALSE(VerifyDciString(later, kDocument, *profile, key));
  }
}

TEST(DciStringTest, TheWritersSettingsAreWritten) {
  ASSERT_OK_AND_ASSIGN(const Key made, Key::Generate("EdDSA"));
  SignatureProfile profile;
  ASSERT_OK_AND_ASSIGN(std::string text, SignDciString(made.WithKid("k"), "me",
                                                       "", profile, kNow));
  EXPECT_THAT(
      text, StartsWith(R"(Signature: namespace="dci", kidId="me|k|ed25519", )"
                       R"(algorithm="ed25519", created="1606970629", )"
                       R"(expires="1606970929", )"
                       R"(headers="(created) (expires) digest", signature=")"));
  profile.set_namespace_("spdci");
  profile.set_key_id_parameter("keyId");
  ASSERT_OK_AND_ASSIGN(
      text, SignDciString(made.WithKid("k"), "me", "", profile, kNow));
  EXPECT_THAT(text,
              StartsWith(R"(Signature: namespace="spdci", keyId="me|k|)"));
}

TEST(DciStringTest, OnlyAPrivateEd25519KeySigns) {
  const auto sign = [](const Key& key) {
    return SignDciString(key, "me", "", SignatureProfile(), kNow).status();
  };
  constexpr auto kFailed = absl::StatusCode::kFailedPrecondition;
  ASSERT_OK_AND_ASSIGN(const Key key, Key::Generate("EdDSA"));
  EXPECT_OK(sign(key));
  EXPECT_THAT(sign(*Key::FromJwk(key.PublicJwk())), StatusIs(kFailed));
  EXPECT_THAT(sign(*Key::Generate("ES256")), StatusIs(kFailed));
  EXPECT_THAT(sign(key.WithUse("enc")), StatusIs(kFailed));
}

}  // namespace
}  // namespace dci::trust
