// What a server has acknowledged outlives it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/net/http_server.h"
#include "tests/e2e/listener.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A port that is taken, and at which nobody listens: connections are refused.
class DeadPort {
 public:
  DeadPort() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(fd_, plain, size), 0);
    EXPECT_EQ(::getsockname(fd_, plain, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~DeadPort() { Free(); }

  uint16_t port() const { return port_; }
  void Free() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
  uint16_t port_ = 0;
};

class RestartTest : public testing::Test {
 protected:
  void SetUp() override {
    config_ = SiteConfig(NewFolder());
    config::v1::Participant caller = Caller("caller");
    caller.add_callback_bases(absl::StrCat("http://127.0.0.1:", port_.port()));
    caller.set_append_callback_path(true);
    caller.set_allow_private_addresses(true);
    *config_.add_participants() = caller;
    config_.mutable_delivery()->set_first_delay_ms(20);
    config_.mutable_delivery()->set_max_delay_ms(100);
    config_.mutable_delivery()->set_max_attempts(1000);
  }

  void Start() {
    auto site = Site::Start(config_);
    ASSERT_OK(site);
    site_ = *std::move(site);
  }
  void Stop() {
    site_->institution().Shutdown(absl::Seconds(30));
    site_.reset();
  }
  void Listen() {
    port_.Free();
    net::HttpServerOptions options;
    options.port = port_.port();
    auto server = net::HttpServer::Start(options, &listener_);
    ASSERT_OK(server);
    server_ = *std::move(server);
  }

  DeadPort port_;
  config::v1::ServerConfig config_;
  Listener listener_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<Site> site_;
};

TEST_F(RestartTest, AnAcknowledgedSearchIsAnsweredAfterARestart) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const net::HttpResponse ack = site_->Call(site_->Url("/registry/search"),
                                            SearchDocument("caller", "before"));
  ASSERT_EQ(ack.status, 200) << ack.body;
  EXPECT_THAT(ack.body, HasSubstr("\"ACK\""));
  Stop();

  ASSERT_NO_FATAL_FAILURE(Listen());
  ASSERT_NO_FATAL_FAILURE(Start());
  const auto arrived = listener_.Await("t-before");
  ASSERT_FALSE(arrived.empty());
  EXPECT_THAT(arrived[0],
              AllOf(HasSubstr("/registry/on-search "),
                    HasSubstr("\"on-search\""), HasSubstr("847951632")));
  Stop();
}

TEST_F(RestartTest, ARepeatedMessageGetsTheFirstAckAfterARestart) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const std::string document = SearchDocument("caller", "twice");
  const net::HttpResponse first =
      site_->Call(site_->Url("/registry/search"), document);
  ASSERT_EQ(first.status, 200) << first.body;
  Stop();
  ASSERT_NO_FATAL_FAILURE(Start());
  const net::HttpResponse second =
      site_->Call(site_->Url("/registry/search"), document);
  EXPECT_EQ(second.status, 200) << second.body;
  const auto correlation = [](const std::string& body) {
    const size_t at = body.find("\"correlation_id\":\"");
    return at == std::string::npos ? "" : body.substr(at, 60);
  };
  EXPECT_NE(correlation(first.body), "");
  EXPECT_EQ(correlation(second.body).substr(0, 40),
            correlation(first.body).substr(0, 40));
  Stop();
}

TEST_F(RestartTest, AParticipantThatWasAddedIsKnownAfterARestart) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_OK(site_->institution().participants().Put(Caller("added")));
  Stop();
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_EQ(site_
                ->Call(site_->Url("/registry/sync/search"),
                       SearchDocument("added", "1"))
                .status,
            200);
  Stop();
}

TEST_F(RestartTest, TwoServersDoNotShareAFolder) {
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_THAT(Site::Start(config_), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace dci::e2e
