// Changes pulled: by long poll over HTTP, as a stream over gRPC.
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "dci/ext/v1/watch.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/base/hash.h"
#include "services/base/status_matchers.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::HasSubstr;

std::string MemberOf(const std::string& json, const std::string& name) {
  const std::string mark = absl::StrCat("\"", name, "\":\"");
  const size_t at = json.rfind(mark);
  if (at == std::string::npos) return "";
  const size_t begin = at + mark.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

class WatchTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::ServerConfig config = SiteConfig(NewFolder());
    for (const char* sender : {"watcher", "other"}) {
      config::v1::Participant one = Caller(sender);
      if (std::string(sender) == "watcher") one.add_scopes("registry.watch");
      config::v1::OAuthClient* client = one.add_clients();
      client->set_client_id(sender);
      client->set_secret_sha256(absl::BytesToHexString(Sha256("s3cret")));
      *config.add_participants() = one;
    }
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = *std::move(site);
  }
  void TearDown() override {
    if (site_ != nullptr) site_->institution().Shutdown(absl::Seconds(30));
  }

  std::string TokenFor(const std::string& client) {
    const net::HttpResponse answer = site_->Call(
        site_->Url("/oauth2/client/token"),
        absl::StrCat("grant_type=client_credentials&client_id=", client,
                     "&client_secret=s3cret"),
        {{"Content-Type", "application/x-www-form-urlencoded"}});
    return MemberOf(answer.body, "access_token");
  }
  net::HttpResponse Poll(const std::string& body, const std::string& token) {
    return site_->Call(site_->Url("/watch"), body,
                       {{"Authorization", absl::StrCat("Bearer ", token)}});
  }
  net::HttpResponse Get(const std::string& query, const std::string& token) {
    return site_->Call(site_->Url("/watch?" + query), "",
                       {{"Authorization", absl::StrCat("Bearer ", token)}});
  }
  void Load(const std::string& id) {
    const std::string line = absl::StrCat(
        "{\"@type\":\"Group\",\"group_identifier\":[{"
        "\"identifier_type\":\"HOUSEHOLD_ID\","
        "\"identifier_value\":\"",
        id, "\"}],\"poverty_score\":\"1\"}\n");
    const net::HttpResponse answer = site_->Call(
        site_->AdminUrl("/admin/registry/load"),
        absl::StrCat("{\"load\":\"", id, "\",\"end\":true,\"lines\":\"",
                     absl::Base64Escape(line), "\"}"),
        {{"Authorization", absl::StrCat("Bearer ", kOperatorToken)}});
    EXPECT_EQ(answer.status, 200) << answer.body;
  }

  std::unique_ptr<Site> site_;
};

TEST_F(WatchTest, ALongPollEndsWithTheChangeAndGoesOnAfterIt) {
  const std::string token = TokenFor("watcher");
  const net::HttpResponse start = Poll("{\"wait_seconds\":0}", token);
  ASSERT_EQ(start.status, 200) << start.body;
  std::string cursor = MemberOf(start.body, "cursor");
  ASSERT_FALSE(cursor.empty());
  // Waits, and is answered by what comes meanwhile.
  auto answer = std::async(std::launch::async, [&] {
    return Poll(absl::StrCat("{\"cursor\":\"", cursor,
                             "\",\"wait_seconds\":30,\"reg_event_type\":"
                             "\"created\"}"),
                token);
  });
  Load("w-1");
  const net::HttpResponse first = answer.get();
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_THAT(first.body, HasSubstr("w-1"));
  EXPECT_THAT(first.body, HasSubstr("\"change\":\"created\""));
  cursor = MemberOf(first.body, "cursor");
  Load("w-2");
  const net::HttpResponse second = Get(
      absl::StrCat("wait_seconds=30&filter_type=expression&filter="
                   "%7B%22value%22%3A%7B%22expression%22%3A%7B%22query%22%3A"
                   "%7B%22poverty_score%22%3A1%7D%7D%7D%7D&cursor=",
                   cursor),
      token);
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_THAT(second.body, HasSubstr("w-2"));
  EXPECT_FALSE(absl::StrContains(second.body, "w-1"));
}

TEST_F(WatchTest, NobodyWatchesWithoutTheScope) {
  EXPECT_EQ(Poll("{}", "").status, 401);
  EXPECT_EQ(Poll("{}", TokenFor("other")).status, 403);
  EXPECT_EQ(Get("wait_seconds=0", TokenFor("other")).status, 403);
  EXPECT_EQ(Poll("{\"cursor\":\"nonsense\"}", TokenFor("watcher")).status, 400);
}

TEST_F(WatchTest, AStreamGivesChangesAndGoesOnFromItsLastCursor) {
  const std::string token = TokenFor("watcher");
  const auto stub = ext::v1::ChangeWatch::NewStub(grpc::CreateChannel(
      site_->GrpcTarget(), grpc::InsecureChannelCredentials()));
  std::string cursor =
      MemberOf(Poll("{\"wait_seconds\":0}", token).body, "cursor");
  std::vector<std::string> seen;
  for (int round = 0; round < 2; ++round) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(30));
    ext::v1::WatchRequest request;
    request.set_cursor(cursor);
    const auto reader = stub->Watch(&context, request);
    Load(absl::StrCat("s-", round));
    ext::v1::WatchResponse response;
    while (seen.size() <= static_cast<size_t>(round) && reader->Read(&response))
      for (const ext::v1::WatchEvent& event : response.events()) {
        seen.push_back(event.change());
        cursor = event.cursor();
      }
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"created", "created"}));
}

TEST_F(WatchTest, AStoppingServerLetsThoseWhoWaitGo) {
  const std::string token = TokenFor("watcher");
  auto answer = std::async(
      std::launch::async, [&] { return Poll("{\"wait_seconds\":60}", token); });
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (absl::Now() < until) {
    const std::string metrics = site_->Call(site_->Url("/metrics"), "").body;
    if (absl::StrContains(metrics, "dci_watchers 1")) break;
  }
  site_->institution().Shutdown(absl::Seconds(30));
  EXPECT_EQ(answer.get().status, 200);
}

}  // namespace
}  // namespace dci::e2e
