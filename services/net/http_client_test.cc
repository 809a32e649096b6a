#include "services/net/http_client.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/net/holding_handler.h"
#include "services/net/http_server.h"
#include "services/net/raw_server.h"

namespace dci::net {
namespace {

using ::testing::HasSubstr;

using Answer = absl::StatusOr<HttpResponse>;
using Code = absl::StatusCode;

HttpResponse Echo(HttpRequest request) {
  HttpResponse response;
  response.status = 201;
  response.headers.Add("X-Method", request.method);
  response.headers.Add("X-Target", request.target);
  response.headers.Add("X-Host", request.headers.GetOr("host"));
  response.body = std::move(request.body);
  return response;
}

class HttpClientTest : public ::testing::Test {
 protected:
  static HttpClientOptions Local() {
    HttpClientOptions options;
    options.addresses.allow_loopback = true;
    return options;
  }
  static std::unique_ptr<HttpClient> Client(
      const HttpClientOptions& options = Local()) {
    auto client = HttpClient::Create(options);
    EXPECT_OK(client);
    return *std::move(client);
  }
  static std::unique_ptr<HttpServer> Serve(HttpHandler* handler) {
    auto server = HttpServer::Start({}, handler);
    EXPECT_OK(server);
    return *std::move(server);
  }
  static HttpClientRequest Post(uint16_t port, std::string body = "x") {
    HttpClientRequest request;
    request.url = absl::StrCat("http://127.0.0.1:", port, "/a?b=c");
    request.body = std::move(body);
    return request;
  }
  static std::future<Answer> Start(HttpClient* client,
                                   HttpClientRequest request) {
    auto promise = std::make_shared<std::promise<Answer>>();
    client->Send(std::move(request),
                 [promise](Answer a) { promise->set_value(std::move(a)); });
    return promise->get_future();
  }

  FunctionHandler echo_{Echo};
  HoldingHandler holding_;
};

TEST_F(HttpClientTest, SendsTheRequestAndGivesTheAnswer) {
  const auto server = Serve(&echo_);
  const auto client = Client();
  const std::string body(300000, 'y');
  ASSERT_OK_AND_ASSIGN(const HttpResponse answer,
                       client->Call(Post(server->port(), body)));
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.GetOr("x-method"), "POST");
  EXPECT_EQ(answer.headers.GetOr("x-target"), "/a?b=c");
  EXPECT_EQ(answer.headers.GetOr("x-host"),
            absl::StrCat("127.0.0.1:", server->port()));
  EXPECT_EQ(answer.body, body);
}

TEST_F(HttpClientTest, AHeadAnswerHasLengthButNoBody) {
  const auto server = Serve(&echo_);
  const auto client = Client();
  HttpClientRequest request = Post(server->port(), "");
  request.method = "HEAD";
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const HttpResponse answer, client->Call(request));
    EXPECT_EQ(answer.headers.GetOr("content-length"), "0");
  }
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  const auto server = Serve(&echo_);
  const auto client = Client();
  for (int i = 0; i < 5; ++i) ASSERT_OK(client->Call(Post(server->port())));
  EXPECT_EQ(server->connections(), 1u);
}

TEST_F(HttpClientTest, WaitsAtTheBoundOfConnections) {
  const auto server = Serve(&holding_);
  HttpClientOptions options = Local();
  options.max_connections_per_host = 2;
  const auto client = Client(options);
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 6; ++i) {
    answers.push_back(Start(client.get(), Post(server->port())));
  }
  for (int i = 0; i < 6; i += 2) {
    const auto one = holding_.Take();
    const auto two = holding_.Take();
    EXPECT_EQ(server->connections(), 2u);
    EXPECT_EQ(holding_.waiting(), 0u);
    one.second({});
    two.second({});
  }
  for (auto& answer : answers) EXPECT_OK(answer.get());
}

TEST_F(HttpClientTest, AWaiterMayGiveUpAndTheNextGetsItsTurn) {
  const auto server = Serve(&holding_);
  HttpClientOptions options = Local();
  options.max_connections_per_host = 1;
  const auto client = Client(options);
  auto first = Start(client.get(), Post(server->port(), "1"));
  const auto held = holding_.Take();
  HttpClientRequest impatient = Post(server->port(), "2");
  impatient.timeout = absl::Milliseconds(20);
  auto second = Start(client.get(), impatient);
  auto third = Start(client.get(), Post(server->port(), "3"));
  EXPECT_THAT(second.get(), StatusIs(Code::kDeadlineExceeded));
  held.second({});
  EXPECT_OK(first.get());
  const auto next = holding_.Take();
  EXPECT_EQ(next.first.body, "3");
  next.second({});
  EXPECT_OK(third.get());
}

TEST_F(HttpClientTest, ASilentServerEndsAtTheDeadline) {
  const auto server = Serve(&holding_);
  const auto client = Client();
  HttpClientRequest request = Post(server->port());
  request.timeout = absl::Milliseconds(50);
  EXPECT_THAT(client->Call(request),
              StatusIs(Code::kDeadlineExceeded, HasSubstr("127.0.0.1")));
}

TEST_F(HttpClientTest, AServerThatTricklesEndsAtTheDeadlineToo) {
  RawServer server({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"},
                   /*hold=*/true);
  HttpClientRequest request = Post(server.port());
  request.timeout = absl::Milliseconds(50);
  EXPECT_THAT(Client()->Call(request), StatusIs(Code::kDeadlineExceeded));
}

TEST_F(HttpClientTest, RefusesLoopbackUnlessAllowed) {
  const auto server = Serve(&echo_);
  const auto client = Client(HttpClientOptions());
  EXPECT_THAT(client->Call(Post(server->port())),
              StatusIs(Code::kPermissionDenied, HasSubstr("loopback")));
  HttpClientRequest mapped = Post(server->port());
  mapped.url = absl::StrCat("http://[::ffff:127.0.0.1]:", server->port());
  EXPECT_THAT(client->Call(mapped),
              StatusIs(Code::kPermissionDenied, HasSubstr("loopback")));
  EXPECT_EQ(server->connections(), 0u);
}

TEST_F(HttpClientTest, JudgesWhatANameResolvesToAtEachConnect) {
  const auto server = Serve(&echo_);
  std::atomic<int> asked = 0;
  HttpClientOptions options = Local();
  options.idle_timeout = absl::ZeroDuration();
  options.resolver = [&](const std::string& host, auto done) {
    EXPECT_EQ(host, "peer.example");
    // The name turns towards the private network later.
    done(std::vector<std::string>{++asked == 1 ? "127.0.0.1" : "10.0.0.1"});
  };
  const auto client = Client(options);
  HttpClientRequest request = Post(server->port());
  request.url = absl::StrCat("http://peer.example:", server->port(), "/");
  request.headers.Add("Connection", "keep-alive");
  HttpClientRequest closing = request;
  ASSERT_OK_AND_ASSIGN(const HttpResponse answer, client->Call(request));
  EXPECT_EQ(answer.headers.GetOr("x-host"),
            absl::StrCat("peer.example:", server->port()));
  ASSERT_OK(server->Shutdown(absl::Seconds(10)));
  EXPECT_THAT(client->Call(closing),
              StatusIs(Code::kPermissionDenied,
                       HasSubstr("peer.example: address 10.0.0.1 is private")));
  EXPECT_EQ(asked, 2);
}

TEST_F(HttpClientTest, TriesTheAllowedAddressesInTurn) {
  const auto server = Serve(&echo_);
  HttpClientOptions options = Local();
  options.resolver = [](const std::string&, auto done) {
    done(std::vector<std::string>{"169.254.169.254", "::1", "127.0.0.1"});
  };
  HttpClientRequest request = Post(server->port());
  request.url = absl::StrCat("http://peer.example:", server->port(), "/");
  EXPECT_OK(Client(options)->Call(request));
}

TEST_F(HttpClientTest, ANameWithoutAddressIsUnavailable) {
  HttpClientOptions options = Local();
  options.resolver = [](const std::string&, auto done) {
    done(std::vector<std::string>());
  };
  HttpClientRequest request;
  request.url = "http://peer.example/";
  EXPECT_THAT(Client(options)->Call(request), StatusIs(Code::kUnavailable));
}

TEST_F(HttpClientTest, AResolverThatNeverAnswersEndsAtTheDeadline) {
  std::function<void(absl::StatusOr<std::vector<std::string>>)> late;
  HttpClientOptions options = Local();
  options.resolver = [&](const std::string&, auto done) {
    late = std::move(done);
  };
  {
    const auto client = Client(options);
    HttpClientRequest request;
    request.url = "http://peer.example/";
    request.timeout = absl::Milliseconds(20);
    EXPECT_THAT(client->Call(request), StatusIs(Code::kDeadlineExceeded));
  }
  late(std::vector<std::string>{"127.0.0.1"});
}

TEST_F(HttpClientTest, ResolvesWithTheSystem) {
  const auto server = Serve(&echo_);
  HttpClientRequest request = Post(server->port());
  request.url = absl::StrCat("http://localhost:", server->port(), "/");
  EXPECT_OK(Client()->Call(request));
}

TEST_F(HttpClientTest, NeverFollowsARedirect) {
  std::atomic<int> calls = 0;
  FunctionHandler handler([&](HttpRequest) {
    ++calls;
    HttpResponse response;
    response.status = 302;
    response.headers.Add("Location", "/elsewhere");
    return response;
  });
  const auto server = Serve(&handler);
  ASSERT_OK_AND_ASSIGN(const HttpResponse answer,
                       Client()->Call(Post(server->port())));
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.headers.GetOr("location"), "/elsewhere");
  EXPECT_EQ(calls, 1);
}

TEST_F(HttpClientTest, BoundsTheAnswer) {
  FunctionHandler handler([&](HttpRequest request) {
    HttpResponse response;
    if (request.body == "stream") {
      response.producer = [](std::string* chunk) {
        chunk->assign(1000, 'x');
        return true;
      };
    } else {
      response.body.assign(request.body == "fits" ? 5000 : 5001, 'x');
    }
    return response;
  });
  const auto server = Serve(&handler);
  HttpClientOptions options = Local();
  options.max_response_bytes = 5000;
  const auto client = Client(options);
  EXPECT_OK(client->Call(Post(server->port(), "fits")));
  EXPECT_THAT(client->Call(Post(server->port(), "too long")),
              StatusIs(Code::kResourceExhausted));
  EXPECT_THAT(client->Call(Post(server->port(), "stream")),
              StatusIs(Code::kResourceExhausted));
}

TEST_F(HttpClientTest, ReadsAnswersOfEveryFraming) {
  const auto client = Client();
  for (const char* text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1\r\na\r\n2;x=y\r\nbc\r\n0\r\nTrailer: t\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nabc",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"}) {
    RawServer server({text});
    ASSERT_OK_AND_ASSIGN(const HttpResponse answer,
                         client->Call(Post(server.port())));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "abc") << text;
  }
}

TEST_F(HttpClientTest, TellsBrokenAnswersApart) {
  const auto client = Client();
  const std::pair<const char*, Code> cases[] = {
      {"", Code::kUnavailable},
      {"HTTP/1.1 200 OK\r\nContent-Le", Code::kUnavailable},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Code::kUnavailable},
      {"SSH-2.0-OpenSSH_9.2\r\n", Code::kDataLoss},
      {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Code::kDataLoss}};
  for (const auto& [text, code] : cases) {
    RawServer server({text});
    EXPECT_THAT(client->Call(Post(server.port())), StatusIs(code)) << text;
  }
}

TEST_F(HttpClientTest, NobodyListeningIsUnavailable) {
  uint16_t port;
  { port = Serve(&echo_)->port(); }
  EXPECT_THAT(Client()->Call(Post(port)),
              StatusIs(Code::kUnavailable, HasSubstr("connect to 127.0.0.1")));
}

// The server answers once, keeps the connection, then closes it on the next
// request, as one does whose idle time ends at that moment.
class StaleConnectionTest : public HttpClientTest {
 protected:
  static constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
};

TEST_F(StaleConnectionTest, ASafeRequestIsSentAgainOnce) {
  RawServer server({kOk, "", kOk});
  const auto client = Client();
  HttpClientRequest request = Post(server.port());
  request.safe_to_resend = true;
  EXPECT_OK(client->Call(request));
  EXPECT_OK(client->Call(request));
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(server.requests(), 3);
}

TEST_F(StaleConnectionTest, AnotherIsNot) {
  RawServer server({kOk, "", kOk});
  const auto client = Client();
  EXPECT_OK(client->Call(Post(server.port())));
  EXPECT_THAT(client->Call(Post(server.port())), StatusIs(Code::kUnavailable));
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(StaleConnectionTest, NotAfterPartOfAnAnswer) {
  RawServer server({kOk, "HTTP/1.1 2", kOk});
  const auto client = Client();
  HttpClientRequest request = Post(server.port());
  request.safe_to_resend = true;
  EXPECT_OK(client->Call(request));
  EXPECT_THAT(client->Call(request), StatusIs(Code::kUnavailable));
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(StaleConnectionTest, NotOnAFreshConnection) {
  RawServer server({"", kOk});
  HttpClientRequest request = Post(server.port());
  request.safe_to_resend = true;
  EXPECT_THAT(Client()->Call(request), StatusIs(Code::kUnavailable));
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(HttpClientTest, RefusesWhatItCannotSend) {
  const auto client = Client();
  HttpClientRequest request = Post(1);
  request.url = "gopher://a/";
  EXPECT_THAT(client->Call(request),
              StatusIs(Code::kInvalidArgument, HasSubstr("scheme")));
  request = Post(1);
  request.headers.Add("X", "a\r\nb");
  EXPECT_THAT(client->Call(request), StatusIs(Code::kInvalidArgument));
  request = Post(1);
  request.method = "GET / HTTP/1.1\r\n";
  EXPECT_THAT(client->Call(request), StatusIs(Code::kInvalidArgument));
}

TEST_F(HttpClientTest, TheEndOfTheClientCancelsWhatIsUnderWay) {
  const auto server = Serve(&holding_);
  auto client = Client();
  auto answer = Start(client.get(), Post(server->port()));
  const auto held = holding_.Take();
  client.reset();
  EXPECT_THAT(answer.get(), StatusIs(Code::kCancelled));
}

TEST(HttpClientCreateTest, RefusesOptionsWithoutSense) {
  HttpClientOptions options;
  options.threads = 0;
  EXPECT_THAT(HttpClient::Create(options), StatusIs(Code::kInvalidArgument));
  options = {};
  options.tls.ca_pem = "no PEM";
  EXPECT_THAT(HttpClient::Create(options),
              StatusIs(Code::kInvalidArgument, HasSubstr("CA")));
  options = {};
  options.tls.certificate_chain_pem = "x";
  EXPECT_THAT(HttpClient::Create(options), StatusIs(Code::kInvalidArgument));
}

}  // namespace
}  // namespace dci::net
