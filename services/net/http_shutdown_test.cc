// How the server ends.
#include <future>
#include <memory>
#include <string>

#include "services/base/status_matchers.h"
#include "services/net/holding_handler.h"
#include "services/net/http_server.h"
#include "services/net/raw_client.h"

namespace dci::net {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

HttpResponse Text(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

class ShutdownTest : public ::testing::Test {
 protected:
  void SetUp() override {
    HttpServerOptions options;
    options.threads = 1;  // what is seen of one connection holds for all
    auto server = HttpServer::Start(options, &holding_);
    ASSERT_OK(server);
    server_ = *std::move(server);
    idle_ = std::make_unique<RawClient>(server_->port());
    idle_->Send(kGet);
    holding_.Take().second({});
    idle_->ReadResponse();
  }
  // Begins, and returns when the idle connection has been closed: from then
  // on the server drains.
  std::future<absl::Status> BeginShutdown(absl::Duration drain) {
    auto ended = std::async(std::launch::async,
                            [this, drain] { return server_->Shutdown(drain); });
    EXPECT_TRUE(idle_->AtEnd());
    return ended;
  }

  HoldingHandler holding_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<RawClient> idle_;
};

TEST_F(ShutdownTest, ARequestInProgressIsAnswered) {
  RawClient client(server_->port());
  client.Send(kGet);
  const auto call = holding_.Take();
  auto ended = BeginShutdown(absl::Seconds(20));
  EXPECT_FALSE(RawClient(server_->port()).connected());
  call.second(Text("done"));
  EXPECT_THAT(client.ReadToEnd(),
              AllOf(HasSubstr("Connection: close\r\n"), EndsWith("done")));
  EXPECT_OK(ended.get());
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ShutdownTest, ARequestHalfReadIsReadAndAnswered) {
  RawClient client(server_->port());
  client.Send(kGet);
  const auto first = holding_.Take();
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nhalf");
  // The server has read the half when it has read what came later.
  RawClient other(server_->port());
  other.Send(kGet);
  holding_.Take().second({});
  other.ReadResponse();
  auto ended = BeginShutdown(absl::Seconds(20));
  first.second(Text("one"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("one"));
  client.Send("!!");
  auto [request, respond] = holding_.Take();
  EXPECT_EQ(request.body, "half!!");
  respond(Text("two"));
  EXPECT_THAT(client.ReadToEnd(),
              AllOf(HasSubstr("Connection: close\r\n"), EndsWith("two")));
  EXPECT_OK(ended.get());
}

TEST_F(ShutdownTest, WhatIsNotFinishedInTimeIsCut) {
  RawClient client(server_->port());
  client.Send(kGet);
  const auto call = holding_.Take();
  EXPECT_THAT(server_->Shutdown(absl::Milliseconds(20)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(client.AtEnd());
  call.second(Text("too late"));
}

TEST_F(ShutdownTest, ASecondTimeSaysTheSame) {
  EXPECT_OK(server_->Shutdown(absl::Seconds(20)));
  EXPECT_OK(server_->Shutdown(absl::ZeroDuration()));
  EXPECT_TRUE(idle_->AtEnd());
}

}  // namespace
}  // namespace dci::net
