// The HTTP wire of a whole server: paths, limits, tokens, the operator.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "services/base/hash.h"
#include "services/base/status_matchers.h"
#include "services/trust/keys.h"
#include "services/trust/signer.h"
#include "services/wire/message.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSearch[] = "/registry/sync/search";
constexpr int kMaxBytes = 64 << 10;

class HttpWireTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    config::v1::ServerConfig config = SiteConfig(NewFolder());
    config.mutable_limits()->set_max_message_bytes(kMaxBytes);
    *config.add_participants() = Caller("caller");
    config::v1::Participant hasty = Caller("hasty");
    hasty.mutable_rate_limit()->set_messages_per_second(0.01);
    hasty.mutable_rate_limit()->set_burst(1);
    *config.add_participants() = hasty;
    config::v1::Participant member = Caller("member");
    member.set_authorization(config::v1::POLICY_REQUIRED);
    config::v1::OAuthClient* client = member.add_clients();
    client->set_client_id("member-client");
    client->set_secret_sha256(absl::BytesToHexString(Sha256("s3cret")));
    *config.add_participants() = member;
    config::v1::Participant dead_end = Caller("dead-end");
    dead_end.add_callback_bases("http://127.0.0.1:1");
    *config.add_participants() = dead_end;
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = site->release();
  }

  static void TearDownTestSuite() {
    delete site_;
    site_ = nullptr;
  }

  static net::HttpResponse Post(const std::string& path,
                                const std::string& body,
                                net::Headers headers = {}) {
    return site_->Call(site_->Url(path), body, std::move(headers));
  }
  static net::HttpResponse Get(const std::string& path) {
    return site_->Call(site_->Url(path), "");
  }
  static net::HttpResponse Admin(const std::string& path,
                                 const std::string& body,
                                 const std::string& token = kOperatorToken) {
    net::Headers headers;
    if (!token.empty()) headers.Add("Authorization", "Bearer " + token);
    return site_->Call(site_->AdminUrl(path), body, headers);
  }

  // The token in an answer of the token endpoint; empty where there is none.
  static std::string TokenIn(const net::HttpResponse& answer) {
    constexpr absl::string_view kName = "\"access_token\":\"";
    const size_t at = answer.body.find(kName.data());
    if (at == std::string::npos) return "";
    const size_t begin = at + kName.size();
    return answer.body.substr(begin, answer.body.find('"', begin) - begin);
  }

  static Site* site_;
};

Site* HttpWireTest::site_ = nullptr;

// Both bodies of the standard: errors, and the ACK that says ERR.
void ExpectRefusal(const net::HttpResponse& answer, int status,
                   const std::string& text = "") {
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("\"errors\":[{"),
                    HasSubstr("\"ack_status\":\"ERR\""), HasSubstr(text)));
  EXPECT_EQ(answer.headers.GetOr("Content-Type"), "application/json");
}

void ExpectFound(const net::HttpResponse& answer) {
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("\"on-search\""), HasSubstr("847951632")));
}

TEST_F(HttpWireTest, SearchIsServedBareAndUnderThePrefixes) {
  ExpectFound(Post(kSearch, SearchDocument("caller", "bare")));
  ExpectFound(
      Post("/social/registry/sync/search", SearchDocument("caller", "social")));
  ExpectFound(Post("/sr/registry/sync/search", SearchDocument("caller", "sr")));
}

TEST_F(HttpWireTest, AnUnknownPathIsNotFound) {
  ExpectRefusal(Post("/registry/sync/searches", SearchDocument("caller", "x")),
                404, "/registry/sync/searches");
  ExpectRefusal(Get("/"), 404);
}

TEST_F(HttpWireTest, AnotherVerbIsToldTheRightOne) {
  const net::HttpResponse answer = Get(kSearch);
  ExpectRefusal(answer, 405);
  EXPECT_EQ(answer.headers.GetOr("Allow"), "POST");
}

TEST_F(HttpWireTest, OnlyJsonIsTaken) {
  ExpectRefusal(Post(kSearch, SearchDocument("caller", "type"),
                     {{"Content-Type", "text/xml"}}),
                415, "application/json");
  ExpectFound(Post(kSearch, SearchDocument("caller", "charset"),
                   {{"Content-Type", "Application/JSON; charset=utf-8"}}));
}

TEST_F(HttpWireTest, AMessageMayComeAsAFile) {
  const auto form = [](const std::string& action, const std::string& file) {
    return absl::StrCat(
        "--xx\r\nContent-Disposition: form-data; name=\"action\"\r\n\r\n",
        action,
        "\r\n--xx\r\nContent-Disposition: form-data; name=\"fileName\"; "
        "filename=\"search.json\"\r\nContent-Type: application/json\r\n\r\n",
        file, "\r\n--xx--\r\n");
  };
  const net::Headers type = {
      {"Content-Type", "multipart/form-data; boundary=xx"}};
  ExpectFound(
      Post(kSearch, form("search", SearchDocument("caller", "file")), type));
  ExpectRefusal(
      Post(kSearch, form("subscribe", SearchDocument("caller", "file")), type),
      400, "action");
  ExpectRefusal(Post(kSearch, "--xx\r\n", type), 400, "multipart/form-data");
}

TEST_F(HttpWireTest, AnEncodedBodyIsRefusedByName) {
  const net::HttpResponse answer =
      Post(kSearch, "\x1f\x8b", {{"Content-Encoding", "gzip"}});
  ExpectRefusal(answer, 415, "Content-Encoding");
  EXPECT_EQ(answer.headers.GetOr("Accept-Encoding"), "identity");
  ExpectFound(Post(kSearch, SearchDocument("caller", "identity"),
                   {{"Content-Encoding", "identity"}}));
}

TEST_F(HttpWireTest, TooLongABodyIsRefusedInTheStandardsForm) {
  ExpectRefusal(Post(kSearch, std::string(kMaxBytes + 1, ' ')), 413);
}

TEST_F(HttpWireTest, WhatIsNoJsonIsRefused) {
  ExpectRefusal(Post(kSearch, "{\"header\":"), 400, "err.request.bad");
  ExpectRefusal(Post(kSearch, "[]"), 400);
}

TEST_F(HttpWireTest, TooManyMessagesAreToldWhenToComeAgain) {
  ExpectFound(Post(kSearch, SearchDocument("hasty", "first")));
  const net::HttpResponse answer =
      Post(kSearch, SearchDocument("hasty", "second"));
  ExpectRefusal(answer, 429);
  int seconds = 0;
  EXPECT_TRUE(absl::SimpleAtoi(answer.headers.GetOr("Retry-After"), &seconds));
  EXPECT_GT(seconds, 0);
}

TEST_F(HttpWireTest, AStrangerIsRefusedWhereNobodyStandsForStrangers) {
  const net::HttpResponse answer =
      Post(kSearch, SearchDocument("stranger", "1"));
  EXPECT_GE(answer.status, 401) << answer.body;
  EXPECT_LE(answer.status, 403) << answer.body;
  ExpectRefusal(answer, answer.status);
  EXPECT_THAT(answer.body, Not(HasSubstr("847951632")));
}

TEST_F(HttpWireTest, AMessageIsValidatedByPathAndDialect) {
  const std::string document = SearchDocument("caller", "v");
  const net::HttpResponse good = Post(
      "/validate?path=/registry/search&dialect=dci-2025-12-openspp", document);
  EXPECT_EQ(good.status, 200) << good.body;
  EXPECT_THAT(good.body,
              AllOf(HasSubstr("\"accepted\":true"),
                    HasSubstr("/dci.social.v1.SocialRegistry/Search")));
  EXPECT_THAT(Post("/validate", document).body,
              HasSubstr("/dci.social.v1.SocialRegistry/"));
  ExpectFound(Post(kSearch, document));  // nothing was done with it

  const net::HttpResponse bad =
      Post("/validate?path=/registry/sync/search",
           absl::StrCat("{\"header\":", HeaderJson("caller", "w"),
                        ",\"message\":{\"transaction_id\":7}}"));
  EXPECT_EQ(bad.status, 200) << bad.body;
  EXPECT_THAT(bad.body, HasSubstr("\"accepted\":false"));
}

TEST_F(HttpWireTest, ValidationNeedsAnOperationAndADialectThatExist) {
  const std::string document = SearchDocument("caller", "v");
  EXPECT_EQ(Post("/validate?path=/no/such", document).status, 400);
  EXPECT_EQ(Post("/validate?dialect=latin", document).status, 400);
}

TEST_F(HttpWireTest, CapabilitiesNameOperationsLimitsAndIndexes) {
  const net::HttpResponse answer = Get("/capabilities");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("/dci.social.v1.SocialRegistry/SyncSearch"),
                    HasSubstr("max_message_bytes"), HasSubstr("65536"),
                    HasSubstr("poverty_score")));
}

TEST_F(HttpWireTest, MetricsAreReadablePrometheusText) {
  ExpectFound(Post(kSearch, SearchDocument("caller", "counted")));
  const net::HttpResponse answer = Get("/metrics");
  EXPECT_EQ(answer.status, 200);
  int samples = 0;
  for (absl::string_view line : absl::StrSplit(answer.body, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    double value = 0;
    EXPECT_TRUE(absl::SimpleAtod(line.substr(line.rfind(' ') + 1), &value))
        << std::string(line);
    ++samples;
  }
  EXPECT_GT(samples, 5) << answer.body;
}

TEST_F(HttpWireTest, MetricsForEverybodyNameNobody) {
  // Nobody listens there: the callback waits in the outbox.
  const std::string document =
      SearchDocument("dead-end", "waits", "http://127.0.0.1:1/");
  ASSERT_EQ(Post("/registry/search", document).status, 200);
  EXPECT_THAT(Get("/metrics").body, AllOf(HasSubstr("dci_outbox_queued"),
                                          Not(HasSubstr("dead-end"))));
  // The operator sees whom it is for, once it is decided.
  const auto page = [] {
    return site_
        ->Call(site_->AdminUrl("/metrics"), "",
               {{"Authorization", std::string("Bearer ") + kOperatorToken}})
        .body;
  };
  std::string body;
  for (int i = 0; i < 1000 && !absl::StrContains(body, "dead-end"); ++i)
    body = page();
  EXPECT_THAT(body, HasSubstr("dci_outbox_destination_queued{"
                              "destination=\"dead-end\"} 1"));
  EXPECT_EQ(site_->Call(site_->AdminUrl("/metrics"), "").status, 401);
}

TEST_F(HttpWireTest, AKnownPathSaysWhichVerbItTakes) {
  const auto verb = [](const std::string& path, const std::string& method) {
    return site_->Call(site_->Url(path), "", {}, method);
  };
  for (const auto& [method, path, allow] :
       std::vector<std::array<std::string, 3>>{
           {"POST", "/health", "GET, HEAD"},
           {"DELETE", "/metrics", "GET, HEAD"},
           {"GET", "/registry/search", "POST"},
           {"GET", "/oauth2/client/token", "POST"},
           {"PUT", "/validate", "POST"}}) {
    const net::HttpResponse answer = verb(path, method);
    EXPECT_EQ(answer.status, 405) << method << " " << path;
    EXPECT_EQ(answer.headers.GetOr("Allow"), allow) << path;
  }
  EXPECT_EQ(verb("/no/such", "POST").status, 404);
}

TEST_F(HttpWireTest, TheServerIsHealthyAndReady) {
  EXPECT_EQ(Get("/health").status, 200);
  EXPECT_THAT(Get("/ready").body, HasSubstr("ready"));
  EXPECT_THAT(Get("/.well-known/jwks.json").body, HasSubstr("\"keys\":["));
}

TEST_F(HttpWireTest, ATokenOpensWhatDemandsOne) {
  const net::HttpResponse without =
      Post(kSearch, SearchDocument("member", "no-token"));
  ExpectRefusal(without, 401);
  EXPECT_TRUE(without.headers.Has("WWW-Authenticate"));

  const net::HttpResponse form =
      Post("/oauth2/client/token",
           "grant_type=client_credentials&client_id=member-client&"
           "client_secret=s3cret",
           {{"Content-Type", "application/x-www-form-urlencoded"}});
  ASSERT_EQ(form.status, 200) << form.body;
  const std::string token = TokenIn(form);
  ASSERT_FALSE(token.empty()) << form.body;
  ExpectFound(Post(kSearch, SearchDocument("member", "bearer"),
                   {{"Authorization", "Bearer " + token}}));
  ExpectFound(Post(kSearch, SearchDocument("member", "x-api-token"),
                   {{"x-api-token", token}}));
  ExpectRefusal(Post(kSearch, SearchDocument("member", "altered"),
                     {{"Authorization", "Bearer A" + token}}),
                401);
}

TEST_F(HttpWireTest, ATokenIsGivenForBasicCredentials) {
  const auto ask = [](const std::string& credentials) {
    return Post(
        "/oauth2/client/token", "grant_type=client_credentials",
        {{"Content-Type", "application/x-www-form-urlencoded"},
         {"Authorization", "Basic " + absl::Base64Escape(credentials)}});
  };
  const net::HttpResponse answer = ask("member-client:s3cret");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.GetOr("Cache-Control"), "no-store");
  ExpectFound(Post(kSearch, SearchDocument("member", "basic"),
                   {{"Authorization", "Bearer " + TokenIn(answer)}}));
  EXPECT_EQ(ask("member-client:wrong").status, 401);
  EXPECT_EQ(ask("nobody:s3cret").status, 401);
}

TEST_F(HttpWireTest, NobodyElsesTokenIsTaken) {
  const net::HttpResponse answer =
      Post("/oauth2/client/token",
           "grant_type=client_credentials&client_id=member-client&"
           "client_secret=s3cret",
           {{"Content-Type", "application/x-www-form-urlencoded"}});
  const net::HttpResponse refused =
      Post(kSearch, SearchDocument("caller", "of-member"),
           {{"Authorization", "Bearer " + TokenIn(answer)}});
  ExpectRefusal(refused, refused.status);
  EXPECT_TRUE(refused.status == 401 || refused.status == 403);
}

TEST_F(HttpWireTest, TheOperatorsEndpointIsForTheOperator) {
  for (const char* token : {"", "guessed"}) {
    EXPECT_EQ(Admin("/admin/participants/list", "{}", token).status, 401);
    EXPECT_EQ(Admin("/admin/participants/put", "{}", token).status, 401);
  }
  EXPECT_EQ(Admin("/admin/participants/list", "{}").status, 200);
  // Nor is it on the public port.
  EXPECT_EQ(Post("/admin/participants/list", "{}",
                 {{"Authorization", absl::StrCat("Bearer ", kOperatorToken)}})
                .status,
            404);
}

class Newcomer {
 public:
  Newcomer() {
    auto key = trust::Key::Generate("EdDSA");
    EXPECT_OK(key);
    jwk_ = key->PublicJwk();
    auto ring = trust::KeyRing::Create({trust::TimedKey{*key, key->kid()}});
    EXPECT_OK(ring);
    ring_ = *std::move(ring);
  }

  std::string PutRequest() const {
    return absl::StrCat(
        "{\"participant\":{\"sender_id\":\"newcomer\","
        "\"signature\":\"POLICY_REQUIRED\",\"authorization\":"
        "\"POLICY_OPTIONAL\",\"verify\":[{\"form\":"
        "\"SIGNATURE_FORM_DCI_STRING\"}],\"scopes\":[\"registry.search\"],"
        "\"keys\":[{\"jwk\":\"",
        absl::CEscape(jwk_), "\"}]}}");
  }

  std::string Signed(const std::string& id) const {
    config::v1::SignatureProfile profile;
    profile.set_form(config::v1::SIGNATURE_FORM_DCI_STRING);
    const wire::OutgoingParts parts{HeaderJson("newcomer", id), SearchJson(id)};
    const auto made =
        trust::Signer("newcomer", &ring_)
            .Sign(parts.header_json, parts.message_json, profile, absl::Now());
    EXPECT_OK(made);
    return wire::AssembleDocument(parts, made->signature_member);
  }

 private:
  std::string jwk_;
  trust::KeyRing ring_;
};

TEST_F(HttpWireTest, AParticipantHoldsFromTheNextMessageOn) {
  const Newcomer newcomer;
  EXPECT_NE(Post(kSearch, newcomer.Signed("before")).status, 200);

  const net::HttpResponse put =
      Admin("/admin/participants/put", newcomer.PutRequest());
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_THAT(Admin("/admin/participants/list", "{}").body,
              AllOf(HasSubstr("\"newcomer\""), HasSubstr("\"caller\"")));
  ExpectFound(Post(kSearch, newcomer.Signed("known")));
  ExpectRefusal(Post(kSearch, SearchDocument("newcomer", "unsigned")), 401,
                "err.signature.missing");

  const net::HttpResponse removed =
      Admin("/admin/participants/remove", "{\"sender_id\":\"newcomer\"}");
  EXPECT_EQ(removed.status, 200) << removed.body;
  EXPECT_NE(Post(kSearch, newcomer.Signed("after")).status, 200);
  EXPECT_EQ(Admin("/admin/participants/remove", "{\"sender_id\":\"newcomer\"}")
                .status,
            404);
}

TEST_F(HttpWireTest, AParticipantThatCannotBeUsedIsRefused) {
  EXPECT_EQ(Admin("/admin/participants/put",
                  "{\"participant\":{\"sender_id\":\"x\",\"keys\":[{\"jwk\":"
                  "\"{}\"}]}}")
                .status,
            400);
  EXPECT_EQ(Admin("/admin/participants/put", "{\"participant\":{}}").status,
            400);
  EXPECT_EQ(Admin("/admin/participants/put", "{\"unknown\":1}").status, 400);
}

}  // namespace
}  // namespace dci::e2e
