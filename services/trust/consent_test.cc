#include "services/trust/consent.h"

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"
#include "services/trust/jws.h"
#include "services/trust/key.h"

namespace dci::trust {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace common = ::dci::common::v1;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

constexpr char kClaims[] = R"({"iss":"consents.example","sub":"UIN:847951632",
  "aud":"ministry","purpose":"eligibility","scope":"Group.poverty_score Person",
  "iat":1789999990,"exp":1790000600,"jti":"c-1"})";

const Key& IssuerKey() {
  static const Key* const key = new Key(*Key::Generate("EdDSA"));
  return *key;
}

std::string Sign(const std::string& claims, const Key& key = IssuerKey(),
                 const std::string& type = "") {
  return *SignJws(key, key.SigningAlgorithm(), claims, JwsPayload::kInside,
                  type);
}

std::string With(const std::string& from, const std::string& to) {
  return absl::StrReplaceAll(kClaims, {{from, to}});
}

config::v1::ConsentConfig Config() {
  config::v1::ConsentConfig config;
  auto* issuer = config.add_issuers();
  issuer->set_id("consents.example");
  issuer->add_jwk(IssuerKey().PublicJwk());
  return config;
}

class ConsentTest : public testing::Test {
 protected:
  absl::StatusOr<ConsentArtefact> Verify(
      const std::string& jws, const std::string& receiver = "ministry",
      absl::Time now = kNow) {
    const auto verifier = ConsentVerifier::Create(Config(), nullptr);
    return (*verifier)->Verify(jws, receiver, now);
  }
  common::Reason ReasonFor(const std::string& jws, absl::Time now = kNow) {
    return schema::ReasonOf(Verify(jws, "ministry", now).status());
  }
};

TEST_F(ConsentTest, ASignedArtefactSaysWhatItPermits) {
  const auto artefact = Verify(Sign(kClaims));
  ASSERT_OK(artefact);
  EXPECT_EQ(artefact->id, "c-1");
  EXPECT_EQ(artefact->issuer, "consents.example");
  EXPECT_EQ(artefact->subject_type, "UIN");
  EXPECT_EQ(artefact->subject_value, "847951632");
  EXPECT_THAT(artefact->purposes, ElementsAre("eligibility"));
  EXPECT_THAT(*artefact->scopes, ElementsAre("Group.poverty_score", "Person"));
}

TEST_F(ConsentTest, OpenG2PsConsentObjectsAreRead) {
  const auto artefact = Verify(Sign(R"({"jti":"x","aud":["other","ministry"],
      "subject_id":{"type":"UIN","value":"1"},"purpose":{"code":"subsidy"},
      "data_scopes":["land_details"],"issued_at":"2026-09-21T00:00:00Z",
      "validity":{"valid_from":"2026-09-21T00:00:00Z",
                  "valid_until":"2027-01-01T00:00:00Z"},
      "decision":"permit"})"));
  ASSERT_OK(artefact);
  EXPECT_EQ(artefact->subject_value, "1");
  EXPECT_THAT(artefact->purposes, ElementsAre("subsidy"));
  EXPECT_THAT(*artefact->scopes, ElementsAre("land_details"));
}

TEST_F(ConsentTest, ScopesThatAreAbsentAreNotScopesThatAreEmpty) {
  EXPECT_FALSE(Verify(Sign(With("scope", "other")))->scopes.has_value());
  EXPECT_THAT(*Verify(Sign(With("Group.poverty_score Person", "")))->scopes,
              ElementsAre());
}

TEST_F(ConsentTest, ItHoldsFromItsBeginningToItsEnd) {
  const std::string jws = Sign(kClaims);
  EXPECT_OK(Verify(jws, "ministry", kNow + absl::Seconds(659)));
  EXPECT_EQ(ReasonFor(jws, kNow + absl::Seconds(660)),
            common::REASON_CONSENT_EXPIRED);
  EXPECT_OK(Verify(jws, "ministry", kNow - absl::Seconds(70)));
  EXPECT_EQ(ReasonFor(jws, kNow - absl::Seconds(71)),
            common::REASON_CONSENT_EXPIRED);
  EXPECT_EQ(ReasonFor(Sign(With("\"exp\":1790000600", "\"exp\":\"soon\""))),
            common::REASON_CONSENT_INVALID);
}

TEST_F(ConsentTest, WithoutAnEndAnAudienceOrAPurposeItIsNone) {
  for (const char* claim : {"exp", "aud", "purpose"})
    EXPECT_EQ(ReasonFor(Sign(With(absl::StrCat("\"", claim, "\""), "\"x\""))),
              common::REASON_CONSENT_INVALID)
        << claim;
}

TEST_F(ConsentTest, ItServesTheOneToWhomItIsGivenAlone) {
  EXPECT_EQ(schema::ReasonOf(Verify(Sign(kClaims), "other").status()),
            common::REASON_CONSENT_INVALID);
}

TEST_F(ConsentTest, ARefusalIsNoConsent) {
  EXPECT_EQ(ReasonFor(Sign(With("\"jti\"", "\"decision\":\"deny\",\"jti\""))),
            common::REASON_CONSENT_INVALID);
  EXPECT_OK(Verify(Sign(With("\"jti\"", "\"decision\":\"Allow\",\"jti\""))));
}

TEST_F(ConsentTest, AnotherKeyAnotherIssuerAndAChangedTextAreRefused) {
  const Key other = *Key::Generate("EdDSA");
  EXPECT_EQ(ReasonFor(Sign(kClaims, other)), common::REASON_CONSENT_INVALID);
  EXPECT_EQ(ReasonFor(Sign(kClaims, other.WithKid(IssuerKey().kid()))),
            common::REASON_CONSENT_INVALID);
  EXPECT_EQ(ReasonFor(Sign(With("consents.example", "else.example"))),
            common::REASON_CONSENT_INVALID);
  std::string changed = Sign(kClaims);
  changed[changed.find('.') + 5] ^= 1;
  EXPECT_EQ(ReasonFor(changed), common::REASON_CONSENT_INVALID);
}

TEST_F(ConsentTest, WhatIsNoConsentIsRefused) {
  EXPECT_EQ(ReasonFor(Sign(kClaims, IssuerKey(), "at+jwt")),
            common::REASON_CONSENT_INVALID);
  EXPECT_EQ(
      ReasonFor(*SignJws(IssuerKey(), "EdDSA", kClaims, JwsPayload::kDetached)),
      common::REASON_CONSENT_INVALID);
  for (const char* text :
       {"", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "null"})
    EXPECT_EQ(ReasonFor(text), common::REASON_CONSENT_INVALID) << text;
  for (const char* payload :
       {"[]", "{", R"({"sub":"847951632"})", R"({"sub":5})", "{}"})
    EXPECT_EQ(schema::ReasonOf(ReadArtefact(payload).status()),
              common::REASON_CONSENT_INVALID)
        << payload;
}

TEST_F(ConsentTest, ARefusalRepeatsNothingOfTheArtefact) {
  const auto refused = Verify(Sign(With("UIN:847951632", "847951632")));
  EXPECT_THAT(std::string(refused.status().message()),
              ::testing::Not(HasSubstr("847951632")));
}

TEST_F(ConsentTest, ConfigurationThatCannotWorkIsRefused) {
  config::v1::ConsentConfig config = Config();
  *config.add_issuers() = config.issuers(0);
  EXPECT_THAT(ConsentVerifier::Create(config, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
  config = Config();
  config.mutable_issuers(0)->set_jwk(0, *IssuerKey().PrivateJwk());
  EXPECT_THAT(
      ConsentVerifier::Create(config, nullptr),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("private")));
  config = Config();
  config.mutable_issuers(0)->clear_jwk();
  EXPECT_THAT(ConsentVerifier::Create(config, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

// Keeps what is asked until the test answers.
class HeldFetcher : public KeyFetcher {
 public:
  void Fetch(const std::string&,
             std::function<void(absl::StatusOr<std::string>)> done) override {
    waiting.push_back(std::move(done));
  }
  std::deque<std::function<void(absl::StatusOr<std::string>)>> waiting;
};

TEST_F(ConsentTest, WhoComesBeforeTheKeysIsToldToComeAgain) {
  config::v1::ConsentConfig config;
  config.add_issuers()->set_id("consents.example");
  config.mutable_issuers(0)->set_jwks_uri("https://consents.example/jwks");
  HeldFetcher fetcher;
  JwksCache cache(&fetcher);
  ASSERT_OK_AND_ASSIGN(const auto verifier,
                       ConsentVerifier::Create(config, &cache));
  const std::string jws = Sign(kClaims);
  EXPECT_EQ(schema::ReasonOf(verifier->Verify(jws, "ministry", kNow).status()),
            common::REASON_SERVICE_UNAVAILABLE);
  ASSERT_EQ(fetcher.waiting.size(), 1u);
  fetcher.waiting.front()(
      absl::StrCat("{\"keys\":[", IssuerKey().PublicJwk(), "]}"));
  EXPECT_OK(verifier->Verify(jws, "ministry", kNow));
  // Of a key that the document has not, nobody asks again so soon.
  EXPECT_EQ(
      schema::ReasonOf(
          verifier
              ->Verify(Sign(kClaims, *Key::Generate("EdDSA")), "ministry", kNow)
              .status()),
      common::REASON_CONSENT_INVALID);
}

TEST_F(ConsentTest, KeysAreFetchedAhead) {
  config::v1::ConsentConfig config;
  config.add_issuers()->set_id("consents.example");
  config.mutable_issuers(0)->set_jwks_uri("https://consents.example/jwks");
  HeldFetcher fetcher;
  JwksCache cache(&fetcher);
  ASSERT_OK_AND_ASSIGN(const auto verifier,
                       ConsentVerifier::Create(config, &cache));
  verifier->FetchKeys(kNow);
  ASSERT_EQ(fetcher.waiting.size(), 1u);
  fetcher.waiting.front()(
      absl::StrCat("{\"keys\":[", IssuerKey().PublicJwk(), "]}"));
  verifier->FetchKeys(kNow + absl::Minutes(10));
  EXPECT_EQ(fetcher.waiting.size(), 1u);
  EXPECT_OK(verifier->Verify(Sign(kClaims), "ministry", kNow));
}

}  // namespace
}  // namespace dci::trust
