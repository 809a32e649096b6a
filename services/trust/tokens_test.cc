#include "services/trust/tokens.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/hash.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"
#include "services/trust/json_object.h"
#include "services/trust/jws.h"
#include "services/trust/key.h"

namespace dci::trust {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

KeyRing Ring() {
  TimedKey timed{Key::Generate("EdDSA")->WithKid("k"), "k"};
  return *KeyRing::Create({timed});
}

std::unique_ptr<FixedDirectory> Directory(const std::string& scopes) {
  dci::config::v1::Participant config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("sender_id: 'spmis' signature: POLICY_OFF ", scopes,
                   " clients { client_id: 'client-1' secret_sha256: '",
                   absl::BytesToHexString(absl::string_view(Sha256("s3cret"))),
                   "' }"),
      &config));
  return *FixedDirectory::Create({config});
}

TokenOptions Options() {
  TokenOptions options;
  options.issuer = "registry";
  return options;
}

class TokensTest : public ::testing::Test {
 protected:
  TokenResponse Ask(const TokenRequest& request) {
    return issuer_.HandleTokenRequest(request, kNow);
  }
  static TokenRequest Form(
      std::vector<std::pair<std::string, std::string>> more = {}) {
    TokenRequest request;
    request.fields = {{"grant_type", "client_credentials"},
                      {"client_id", "client-1"},
                      {"client_secret", "s3cret"}};
    for (auto& field : more) request.fields.push_back(field);
    return request;
  }
  static JsonObject Body(const TokenResponse& response) {
    return *JsonObject::Parse(response.body);
  }
  static std::string ErrorOf(const TokenResponse& response) {
    return absl::StrCat(response.http_status, " ",
                        Body(response).StringOr("error"));
  }
  std::string Token() { return Body(Ask(Form())).StringOr("access_token"); }

  const KeyRing ring_ = Ring();
  const std::unique_ptr<FixedDirectory> directory_ =
      Directory("scopes: 'registry.search' scopes: 'registry/subscribe'");
  const TokenIssuer issuer_{Options(), &ring_, directory_.get()};
  const TokenChecker checker_{Options(), &ring_};
};

TEST_F(TokensTest, AClientGetsATokenThatIsThenAccepted) {
  const TokenResponse response = Ask(Form());
  EXPECT_EQ(response.http_status, 200);
  EXPECT_THAT(response.headers, Contains(Pair("Cache-Control", "no-store")));
  const JsonObject body = Body(response);
  EXPECT_EQ(body.StringOr("token_type"), "bearer");
  EXPECT_EQ(body.Int("expires_in"), 3600);
  EXPECT_EQ(body.StringOr("scope"), "registry.search registry.subscribe");
  const std::string token = body.StringOr("access_token");
  for (const Credentials& credentials :
       {Credentials{"Bearer " + token}, Credentials{"bearer  " + token},
        Credentials{"", token}, Credentials{"", "Bearer " + token},
        Credentials{"Basic eDp5", token}}) {
    ASSERT_OK_AND_ASSIGN(const AccessToken read,
                         checker_.Check(credentials, kNow));
    EXPECT_EQ(read.sender_id, "spmis");
    EXPECT_EQ(read.client_id, "client-1");
    EXPECT_THAT(read.scopes,
                ElementsAre("registry.search", "registry.subscribe"));
    EXPECT_EQ(read.expires, kNow + absl::Hours(1));
  }
}

TEST_F(TokensTest, BasicCredentialsAreTakenAsSentAndDecoded) {
  TokenRequest request;
  request.fields = {{"grant_type", "client_credentials"}};
  request.basic = {{"client%2D1", "s3cret"}, {"client-1", "s3cret"}};
  EXPECT_EQ(Ask(request).http_status, 200);
  request.basic = {{"client-1", "wrong"}};
  EXPECT_EQ(ErrorOf(Ask(request)), "401 invalid_client");
  // The same client named in the form as well is no second authentication.
  request.basic = {{"client-1", "s3cret"}};
  request.fields.emplace_back("client_id", "client-1");
  EXPECT_EQ(Ask(request).http_status, 200);
  request.fields.emplace_back("client_secret", "s3cret");
  EXPECT_EQ(ErrorOf(Ask(request)), "400 invalid_request");
}

TEST_F(TokensTest, ScopesMayBeNarrowedInEitherSpelling) {
  for (const char* scope : {"registry.subscribe", "registry/subscribe",
                            " registry/subscribe  registry.subscribe "}) {
    const TokenResponse response = Ask(Form({{"scope", scope}}));
    EXPECT_EQ(Body(response).StringOr("scope"), "registry.subscribe") << scope;
  }
  EXPECT_EQ(ErrorOf(Ask(Form({{"scope", "registry.notify"}}))),
            "400 invalid_scope");
  EXPECT_EQ(ErrorOf(Ask(Form({{"scope", "registry.search admin"}}))),
            "400 invalid_scope");
  EXPECT_EQ(ErrorOf(Ask(Form({{"scope", " , "}}))), "400 invalid_scope");
}

TEST_F(TokensTest, RefusalsAreThoseOfRfc6749) {
  TokenRequest request;
  EXPECT_EQ(ErrorOf(Ask(request)), "400 invalid_request");
  request.fields = {{"grant_type", "client_credentials"}};
  EXPECT_EQ(ErrorOf(Ask(request)), "401 invalid_client");
  EXPECT_THAT(Ask(request).headers,
              Contains(Pair("WWW-Authenticate", HasSubstr("Basic"))));
  request = Form();
  request.fields[0].second = "password";
  EXPECT_EQ(ErrorOf(Ask(request)), "400 unsupported_grant_type");
  EXPECT_EQ(ErrorOf(Ask(Form({{"grant_type", "client_credentials"}}))),
            "400 invalid_request");
  EXPECT_EQ(ErrorOf(Ask(Form({{"x", "1"}, {"x", "2"}}))),
            "400 invalid_request");
  request = Form();
  request.malformed_authorization = true;
  EXPECT_EQ(ErrorOf(Ask(request)), "401 invalid_client");
}

TEST_F(TokensTest, WrongSecretAndUnknownClientLookAlike) {
  TokenRequest wrong = Form();
  wrong.fields[2].second = "guess";
  TokenRequest unknown = Form();
  unknown.fields[1].second = "nobody";
  TokenRequest empty = Form();
  empty.fields[2].second = "";
  EXPECT_EQ(ErrorOf(Ask(wrong)), "401 invalid_client");
  EXPECT_EQ(Ask(wrong).body, Ask(unknown).body);
  EXPECT_EQ(Ask(wrong).body, Ask(empty).body);
}

TEST_F(TokensTest, AClientWithoutScopesIsNotAuthorized) {
  const auto directory = Directory("");
  const TokenIssuer issuer(Options(), &ring_, directory.get());
  EXPECT_EQ(ErrorOf(issuer.HandleTokenRequest(Form(), kNow)),
            "400 unauthorized_client");
}

TEST_F(TokensTest, ExpiresInMayBeATextAsPublished) {
  TokenOptions options = Options();
  options.expires_in_as_text = true;
  options.lifetime = absl::Seconds(36000);
  const TokenIssuer issuer(options, &ring_, directory_.get());
  EXPECT_THAT(issuer.HandleTokenRequest(Form(), kNow).body,
              HasSubstr(R"("expires_in":"36000")"));
}

TEST_F(TokensTest, WithoutAKeyNoTokenIsGiven) {
  const KeyRing none;
  const TokenIssuer issuer(Options(), &none, directory_.get());
  EXPECT_EQ(issuer.HandleTokenRequest(Form(), kNow).http_status, 503);
}

TEST_F(TokensTest, ATokenEndsWithItsTimeAndWithItsKey) {
  const Credentials credentials{"Bearer " + Token()};
  EXPECT_OK(
      checker_.Check(credentials, kNow + absl::Hours(1) - absl::Seconds(1)));
  EXPECT_THAT(
      checker_.Check(credentials, kNow + absl::Hours(1)),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("expired")));
  const KeyRing other = Ring();
  EXPECT_THAT(TokenChecker(Options(), &other).Check(credentials, kNow),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(TokensTest, WhatIsNoTokenOfOursIsRefused) {
  const std::string token = Token();
  const Key& key = *ring_.SigningKey("", kNow);
  TokenOptions elsewhere = Options();
  elsewhere.issuer = "another registry";
  const std::string foreign =
      Body(TokenIssuer(elsewhere, &ring_, directory_.get())
               .HandleTokenRequest(Form(), kNow))
          .StringOr("access_token");
  const std::string claims =
      R"({"iss":"registry","aud":"registry","sub":"spmis","exp":1800000000})";
  for (const std::string& bad : {
           std::string("x"),
           token.substr(0, token.size() - 2),
           token.substr(0, token.rfind('.') + 1),
           foreign,
           // A signed message of ours that looks like claims.
           *SignJws(key, "EdDSA", claims, JwsPayload::kInside),
           *SignJws(key, "EdDSA", claims, JwsPayload::kInside, "JWT"),
           *SignJws(key, "EdDSA", claims, JwsPayload::kDetached, "at+jwt"),
           *SignJws(key, "EdDSA", R"({"iss":"registry","aud":"registry"})",
                    JwsPayload::kInside, "at+jwt"),
           *SignJws(key, "EdDSA", "no claims", JwsPayload::kInside, "at+jwt"),
           *SignJws(Key::Generate("EdDSA")->WithKid("k"), "EdDSA", claims,
                    JwsPayload::kInside, "at+jwt"),
       }) {
    const auto read = checker_.Check({"Bearer " + bad}, kNow);
    ASSERT_THAT(read, StatusIs(absl::StatusCode::kUnauthenticated)) << bad;
    EXPECT_EQ(schema::ReasonOf(read.status()),
              dci::common::v1::REASON_REQUEST_UNAUTHORIZED);
    EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("key")));
  }
}

TEST_F(TokensTest, NoTokenIsToldApart) {
  EXPECT_TRUE(TokenChecker::NoToken({}));
  EXPECT_TRUE(TokenChecker::NoToken({"Basic eDp5"}));
  EXPECT_TRUE(TokenChecker::NoToken({"Bearer ", " "}));
  EXPECT_FALSE(TokenChecker::NoToken({"Bearer x"}));
  EXPECT_FALSE(TokenChecker::NoToken({"", "x"}));
  EXPECT_THAT(
      checker_.Check({}, kNow),
      StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("required")));
}

}  // namespace
}  // namespace dci::trust
