#include "services/net/http_server.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/status_matchers.h"
#include "services/net/holding_handler.h"
#include "services/net/raw_client.h"

namespace dci::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

HttpResponse Text(std::string body) {
  HttpResponse response;
  response.body = std::move(body);
  return response;
}

HttpResponse Echo(HttpRequest request) {
  return Text(absl::StrCat(request.method, " ", request.path, "?",
                           request.query, " ", request.body));
}

std::unique_ptr<HttpServer> Serve(HttpHandler* handler,
                                  const HttpServerOptions& options = {}) {
  auto server = HttpServer::Start(options, handler);
  EXPECT_OK(server);
  return *std::move(server);
}

class HttpServerTest : public ::testing::Test {
 protected:
  FunctionHandler echo_{Echo};
  HoldingHandler holding_;
};

TEST_F(HttpServerTest, KeepsTheConnectionForMoreRequests) {
  const auto server = Serve(&echo_);
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.Send(absl::StrCat("GET /a/", i, "?x=1 HTTP/1.1\r\nHost: h\r\n\r\n"));
    const std::string response = client.ReadResponse();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_THAT(response,
                EndsWith(absl::StrCat("\r\n\r\nGET /a/", i, "?x=1 ")));
    EXPECT_THAT(response, Not(HasSubstr("Connection:")));
  }
  EXPECT_EQ(server->connections(), 1u);
}

TEST_F(HttpServerTest, GivesTheHandlerAllOfTheRequest) {
  const auto server = Serve(&holding_);
  RawClient client(server->port());
  const absl::Time before = absl::Now();
  client.Send(
      "POST http://h:1/p%20q?a=b&c#f HTTP/1.1\r\nhOsT: h\r\nX-A: 1\r\n"
      "x-a:  2 \r\nContent-Length: 5\r\n\r\n");
  client.Send(absl::string_view("\0b\r\nc", 5));
  auto [request, respond] = holding_.Take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/p%20q");
  EXPECT_EQ(request.query, "a=b&c");
  EXPECT_THAT(request.headers.GetAll("X-a"), ::testing::ElementsAre("1", "2"));
  EXPECT_EQ(request.body, std::string("\0b\r\nc", 5));
  EXPECT_EQ(request.peer_address, "127.0.0.1");
  EXPECT_FALSE(request.tls);
  EXPECT_GE(request.received, before);
  respond(Text("ok"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("\r\n\r\nok"));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  const auto server = Serve(&holding_);
  RawClient client(server->port());
  client.Send(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
      "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  auto first = holding_.Take();
  auto second = holding_.Take();
  auto third = holding_.Take();
  EXPECT_EQ(second.first.body, "hi");
  third.second(Text("three"));
  second.second(Text("two"));
  std::thread other([&] { first.second(Text("one")); });
  EXPECT_THAT(client.ReadResponse(), EndsWith("one"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("two"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("three"));
  other.join();
}

TEST_F(HttpServerTest, StopsReadingAtTheBoundOfUnansweredRequests) {
  HttpServerOptions options;
  options.max_pipelined = 2;
  const auto server = Serve(&holding_, options);
  RawClient client(server->port());
  for (int i = 0; i < 4; ++i) client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  auto first = holding_.Take();
  auto second = holding_.Take();
  EXPECT_EQ(holding_.waiting(), 0u);
  first.second(Text("1"));
  auto third = holding_.Take();
  second.second(Text("2"));
  auto fourth = holding_.Take();
  third.second(Text("3"));
  fourth.second(Text("4"));
  for (const char* body : {"1", "2", "3", "4"}) {
    EXPECT_THAT(client.ReadResponse(),
                EndsWith(absl::StrCat("\r\n\r\n", body)));
  }
}

TEST_F(HttpServerTest, AnswersAfterTheClientHasClosedItsSide) {
  const auto server = Serve(&holding_);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  client.CloseWrite();
  holding_.Take().second(Text("late"));
  EXPECT_THAT(client.ReadToEnd(), EndsWith("late"));
}

TEST_F(HttpServerTest, ClosesWhenAskedTo) {
  const auto server = Serve(&echo_);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpServerTest, ServesHttp10) {
  const auto server = Serve(&echo_);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(), HasSubstr("Connection: keep-alive\r\n"));
  client.Send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), EndsWith("GET /? "));
}

TEST_F(HttpServerTest, AnswersHeadWithoutTheBody) {
  const auto server = Serve(&echo_);
  RawClient client(server->port());
  client.Send(
      "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string head = client.ReadResponse(/*head_request=*/true);
  EXPECT_THAT(head, HasSubstr("Content-Length: 9\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("GET /y? "));
}

TEST_F(HttpServerTest, ReadsChunkedBodies) {
  const auto server = Serve(&holding_);
  RawClient client(server->port());
  client.Send(
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char* part :
       {"3", ";ext=1\r\nab", "c\r\n", "A\r\n0123456789\r\n0\r",
        "\nHost: other\r\nAuthorization: x\r\n\r\n"}) {
    client.Send(part);
  }
  auto [request, respond] = holding_.Take();
  EXPECT_EQ(request.body, "abc0123456789");
  EXPECT_EQ(request.headers.GetAll("host").size(), 1u);
  EXPECT_FALSE(request.headers.Has("authorization")) << "from a trailer";
  respond(Text(""));
  EXPECT_THAT(client.ReadResponse(), HasSubstr("Content-Length: 0\r\n"));
}

TEST_F(HttpServerTest, SendsTheWordToContinueInItsPlace) {
  const auto server = Serve(&holding_);
  RawClient client(server->port());
  client.Send(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\n"
      "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  holding_.Take().second(Text("one"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("one"));
  EXPECT_EQ(client.ReadResponse(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("body");
  auto [request, respond] = holding_.Take();
  EXPECT_EQ(request.body, "body");
  respond(Text("two"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("two"));
}

TEST_F(HttpServerTest, StreamsWhatAProducerGives) {
  FunctionHandler handler([](HttpRequest) {
    HttpResponse response;
    response.producer = [n = 0](std::string* chunk) mutable {
      if (++n != 2)
        *chunk = std::string(size_t{8} * n, static_cast<char>('a' + n));
      return n < 3;
    };
    return response;
  });
  const auto server = Serve(&handler);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadResponse(),
              EndsWith("Transfer-Encoding: chunked\r\n\r\n8\r\nbbbbbbbb\r\n"
                       "18\r\ndddddddddddddddddddddddd\r\n0\r\n\r\n"));
  client.Send("GET / HTTP/1.0\r\n\r\n");
  const std::string old = client.ReadToEnd();
  EXPECT_THAT(old, EndsWith("\r\n\r\nbbbbbbbbdddddddddddddddddddddddd"));
  EXPECT_THAT(old, Not(HasSubstr("chunked")));
}

TEST_F(HttpServerTest, AFailingProducerLeavesTheBodyUnfinished) {
  FunctionHandler handler([](HttpRequest) {
    HttpResponse response;
    response.producer =
        [n = 0](std::string* chunk) mutable -> absl::StatusOr<bool> {
      if (n++ > 0) return absl::InternalError("disk");
      *chunk = "part";
      return true;
    };
    return response;
  });
  const auto server = Serve(&handler);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), EndsWith("4\r\npart\r\n"));
}

TEST_F(HttpServerTest, ALongAnswerArrivesWhole) {
  const std::string body(3 << 20, 'x');
  FunctionHandler handler([&](HttpRequest) { return Text(body); });
  const auto server = Serve(&handler);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string response = client.ReadResponse();
  EXPECT_EQ(response.substr(response.size() - body.size()), body);
}

TEST_F(HttpServerTest, ARequestThatIsDroppedIsAnswered500) {
  const auto server = Serve(&holding_);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  { const auto dropped = holding_.Take(); }
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, OnlyTheFirstAnswerCounts) {
  const auto server = Serve(&holding_);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto call = holding_.Take();
  call.second(Text("first"));
  call.second(Text("again"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("first"));
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  holding_.Take().second(Text("second"));
  EXPECT_THAT(client.ReadResponse(), EndsWith("second"));
}

TEST_F(HttpServerTest, AnAnswerCannotForgeHeaders) {
  FunctionHandler handler([](HttpRequest) {
    HttpResponse response = Text("x");
    response.headers.Add("X", "a\r\nSet-Cookie: b");
    return response;
  });
  const auto server = Serve(&handler);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string response = client.ReadResponse();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(response, Not(HasSubstr("Set-Cookie")));
}

TEST_F(HttpServerTest, AnAnswerAfterTheClientOrTheServerIsGoneIsNothing) {
  HoldingHandler::Call orphan;
  {
    const auto server = Serve(&holding_);
    {
      RawClient client(server->port());
      client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      auto call = holding_.Take();
      client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      orphan = holding_.Take();
    }
  }
  orphan.second(Text("nobody"));
}

TEST(HttpServerStartTest, RefusesOptionsWithoutSense) {
  FunctionHandler handler(Echo);
  const auto invalid = absl::StatusCode::kInvalidArgument;
  HttpServerOptions options;
  options.bind_address = "localhost";
  EXPECT_THAT(HttpServer::Start(options, &handler), StatusIs(invalid));
  options = {};
  options.threads = 0;
  EXPECT_THAT(HttpServer::Start(options, &handler), StatusIs(invalid));
  options = {};
  options.tls = TlsServerOptions{.certificate_chain_pem = "no PEM"};
  EXPECT_THAT(HttpServer::Start(options, &handler),
              StatusIs(invalid, HasSubstr("certificate")));
}

TEST(HttpServerStartTest, AnAddressInUseIsUnavailable) {
  FunctionHandler handler(Echo);
  const auto server = Serve(&handler);
  HttpServerOptions options;
  options.port = server->port();
  EXPECT_THAT(HttpServer::Start(options, &handler),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST(HttpServerStartTest, ListensOnIpv6) {
  FunctionHandler handler(Echo);
  HttpServerOptions options;
  options.bind_address = "::1";
  EXPECT_GT(Serve(&handler, options)->port(), 0);
}

}  // namespace
}  // namespace dci::net
