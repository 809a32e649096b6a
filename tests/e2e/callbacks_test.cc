// What becomes of callbacks: retried, parked and replayed, refused, over gRPC.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/status_matchers.h"
#include "services/net/http_server.h"
#include "services/net/test_certificates.h"
#include "tests/e2e/listener.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kAsync[] = "/registry/search";
constexpr char kErr[] =
    "{\"message\":{\"ack_status\":\"ERR\",\"error\":{\"code\":"
    "\"err.request.bad\",\"message\":\"no\"}}}";
constexpr char kAck[] = "{\"message\":{\"ack_status\":\"ACK\"}}";

// The value of a text member, the first of that name.
std::string MemberOf(const std::string& json, const std::string& name) {
  const std::string mark = absl::StrCat("\"", name, "\":\"");
  const size_t at = json.find(mark);
  if (at == std::string::npos) return "";
  const size_t begin = at + mark.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

class CallbacksTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = net::HttpServer::Start({}, &listener_);
    ASSERT_OK(server);
    server_ = *std::move(server);
    StartSite(MakeConfig(NewFolder()));
  }

  config::v1::ServerConfig MakeConfig(const std::string& folder) const {
    config::v1::ServerConfig config = SiteConfig(folder);
    config.mutable_delivery()->set_first_delay_ms(10);
    config.mutable_delivery()->set_max_delay_ms(50);
    config.mutable_delivery()->set_max_attempts(1000);
    config.add_inbox("dci.social.v1.SocialRegistryCallback");
    config.add_accepted_receiver_ids("*");
    config::v1::Participant caller = Caller("caller");
    caller.add_callback_bases(Base());
    caller.set_append_callback_path(true);
    caller.set_allow_private_addresses(true);
    *config.add_participants() = caller;
    return config;
  }

  void StartSite(const config::v1::ServerConfig& config) {
    TearDown();
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = *std::move(site);
  }

  void TearDown() override {
    if (site_ != nullptr) site_->institution().Shutdown(absl::Seconds(30));
  }

  std::string Base() const {
    return absl::StrCat("http://127.0.0.1:", server_->port());
  }

  // Sends an asynchronous search; gives its correlation id.
  std::string Ask(const std::string& id) {
    const net::HttpResponse ack =
        site_->Call(site_->Url(kAsync), SearchDocument("caller", id));
    EXPECT_EQ(ack.status, 200) << ack.body;
    return MemberOf(ack.body, "correlation_id");
  }

  // Waits until the callback of that correlation id is listed.
  void ExpectInInbox(const std::string& correlation) {
    const std::string token = absl::StrCat("Bearer ", kOperatorToken);
    const absl::Time end = absl::Now() + absl::Seconds(30);
    std::string inbox;
    do {
      inbox =
          site_
              ->Call(site_->AdminUrl("/inbox?correlation_id=" + correlation),
                     "", {{"Authorization", token}})
              .body;
    } while (!absl::StrContains(inbox, correlation) && absl::Now() < end);
    EXPECT_THAT(inbox, AllOf(HasSubstr("\"on-search\""), HasSubstr("847951632"),
                             HasSubstr("OnSearch")));
  }

  net::HttpResponse Admin(const std::string& path, const std::string& body) {
    return site_->Call(
        site_->AdminUrl(path), body,
        {{"Authorization", absl::StrCat("Bearer ", kOperatorToken)}});
  }

  // Asks the operator's endpoint until the answer has the text, at most 30
  // seconds; the last answer.
  std::string AwaitAdmin(const std::string& path, const std::string& body,
                         const std::string& text) {
    const absl::Time end = absl::Now() + absl::Seconds(30);
    std::string answer;
    do {
      answer = Admin(path, body).body;
    } while (!absl::StrContains(answer, text) && absl::Now() < end);
    return answer;
  }

  Listener listener_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<Site> site_;
};

TEST_F(CallbacksTest, WhatIsNotTakenIsSentAgainUnderTheSameId) {
  listener_.Answer(503, "");
  const std::string correlation = Ask("again");
  const auto first = listener_.Await(correlation, 3);
  ASSERT_GE(first.size(), 3u);
  listener_.Answer(200, kAck);
  const auto all = listener_.Await(correlation, first.size() + 1);
  ASSERT_GT(all.size(), first.size());
  for (const std::string& body : all) {
    EXPECT_THAT(
        body, AllOf(HasSubstr("/registry/on-search "), HasSubstr("847951632")));
    EXPECT_EQ(MemberOf(body, "message_id"), MemberOf(all[0], "message_id"));
  }
}

TEST_F(CallbacksTest, WhatIsRefusedIsParkedUntilTheOperatorReplaysIt) {
  listener_.Answer(200, kErr);
  const std::string correlation = Ask("parked");
  ASSERT_THAT(listener_.Await(correlation), SizeIs(1));
  EXPECT_THAT(AwaitAdmin("/admin/parked/list", "{}", "\"caller\""),
              HasSubstr("OnSearch"));

  listener_.Answer(200, kAck);
  const net::HttpResponse replay =
      Admin("/admin/parked/replay", "{\"receiver_id\":\"caller\"}");
  EXPECT_EQ(replay.status, 200) << replay.body;
  const auto arrived = listener_.Await(correlation, 2);
  ASSERT_THAT(arrived, SizeIs(2));
  EXPECT_EQ(MemberOf(arrived[0], "message_id"),
            MemberOf(arrived[1], "message_id"));
}

TEST_F(CallbacksTest, AnAddressOutsideTheBasesIsRefusedBeforeTheAck) {
  for (const std::string& uri :
       {std::string("http://127.0.0.1:1/x"),
        std::string("http://169.254.169.254/latest"), Base() + ".example.org/",
        std::string("ftp://127.0.0.1/")}) {
    const net::HttpResponse answer = site_->Call(
        site_->Url(kAsync),
        SearchDocument("caller", absl::StrCat("out-", uri.size()), uri));
    EXPECT_GE(answer.status, 400) << uri << answer.body;
    EXPECT_LT(answer.status, 500) << uri << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("\"ERR\"")) << uri;
  }
}

TEST_F(CallbacksTest, ACallbackGoesOverGrpcWhereTheParticipantIsReachedSo) {
  // This server is its own caller: it takes callbacks of "registry".
  config::v1::Participant self = Caller("registry");
  self.add_scopes("registry.on-search");
  ASSERT_OK(site_->institution().participants().Put(self));
  config::v1::Participant caller = Caller("caller");
  caller.set_grpc_target(site_->GrpcTarget());
  caller.set_allow_private_addresses(true);
  ASSERT_OK(site_->institution().participants().Put(caller));

  ExpectInInbox(Ask("grpc"));
}

TEST_F(CallbacksTest, OverGrpcBothSidesShowTheirCertificates) {
  net::TestAuthority authority("authority");
  const auto server = authority.Issue("registry", "DNS:localhost");
  const auto client = authority.Issue("registry as a client", "");
  const std::string folder = NewFolder();
  config::v1::ServerConfig config = MakeConfig(folder);
  const std::string ca =
      WriteFile(folder, "ca.pem", authority.certificate_pem());
  config::v1::Tls* tls = config.mutable_grpc()->mutable_tls();
  tls->set_certificate_file(WriteFile(folder, "s.pem", server.certificate_pem));
  tls->set_key_file(WriteFile(folder, "s.key", server.key_pem));
  tls->set_client_ca_file(ca);
  tls->set_require_client_certificate(true);
  config::v1::OutgoingTls* outgoing = config.mutable_outgoing_tls();
  outgoing->set_ca_file(ca);
  outgoing->set_certificate_file(
      WriteFile(folder, "c.pem", client.certificate_pem));
  outgoing->set_key_file(WriteFile(folder, "c.key", client.key_pem));
  StartSite(config);

  config::v1::Participant self = Caller("registry");
  self.set_tls_subject("CN=registry as a client");
  ASSERT_OK(site_->institution().participants().Put(self));
  config::v1::Participant caller = Caller("caller");
  const std::string target = site_->GrpcTarget();
  caller.set_grpc_target("localhost" + target.substr(target.find(':')));
  caller.set_grpc_tls(true);
  ASSERT_OK(site_->institution().participants().Put(caller));
  ExpectInInbox(Ask("grpc-tls"));
}

}  // namespace
}  // namespace dci::e2e
