// What the server does with clients that are too large, too slow, too many,
// or do not speak HTTP.
#include <sys/resource.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status_matchers.h"
#include "services/net/holding_handler.h"
#include "services/net/http_server.h"
#include "services/net/raw_client.h"

namespace dci::net {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr absl::Duration kShort = absl::Milliseconds(30);

HttpServerOptions Options() {
  HttpServerOptions options;
  options.max_header_bytes = 1000;
  options.max_body_bytes = 2000;
  options.error_body = [](int status, absl::string_view text) {
    return absl::StrCat("{\"code\":", status, ",\"text\":\"", text, "\"}");
  };
  return options;
}

class LimitsTest : public ::testing::Test {
 protected:
  void Serve(const HttpServerOptions& options, HttpHandler* handler) {
    auto server = HttpServer::Start(options, handler);
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  void Serve(const HttpServerOptions& options) { Serve(options, &holding_); }

  // What comes back, until the end, for bytes sent on a new connection.
  std::string Exchange(const std::string& bytes) {
    RawClient client(server_->port());
    client.Send(bytes);
    return client.ReadToEnd();
  }

  HoldingHandler holding_;
  std::unique_ptr<HttpServer> server_;
};

std::string Sized(size_t bytes) {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ", bytes,
                      "\r\n\r\n");
}

TEST_F(LimitsTest, TheErrorBodyIsTheApplications) {
  Serve(Options());
  EXPECT_THAT(
      Exchange("GET /\r\n\r\n"),
      AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"),
            HasSubstr("Content-Type: application/json\r\n"),
            HasSubstr("Connection: close\r\n"),
            HasSubstr("\r\n\r\n{\"code\":400,\"text\":\"the request is")));
}

TEST_F(LimitsTest, AHeaderTooLargeIs431) {
  Serve(Options());
  EXPECT_THAT(Exchange(absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nX: ",
                                    std::string(1000, 'x'), "\r\n\r\n")),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Exchange(absl::StrCat("GET /", std::string(1000, 'x'),
                                    " HTTP/1.1\r\nHost: h\r\n\r\n")),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(holding_.waiting(), 0u);
}

TEST_F(LimitsTest, AHeaderThatGrowsLineByLineIs431) {
  Serve(Options());
  RawClient client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n");
  for (int i = 0; i < 100; ++i) client.Send("X: 0123456789\r\n");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(LimitsTest, ABodyAtTheLimitPassesAndOneByteMoreIs413) {
  Serve(Options());
  RawClient client(server_->port());
  client.Send(Sized(2000) + std::string(2000, 'x'));
  auto [request, respond] = holding_.Take();
  EXPECT_EQ(request.body.size(), 2000u);
  respond({});
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  client.Send(Sized(2001));
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(LimitsTest, AClientThatSendsOnStillReadsThe413) {
  Serve(Options());
  RawClient client(server_->port());
  client.Send(Sized(8 << 20));
  client.Send(std::string(8 << 20, 'x'));
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(LimitsTest, LargeBodiesAreNotReadFarAhead) {
  Serve(Options());
  RawClient client(server_->port());
  const std::string request = Sized(1500) + std::string(1500, 'x');
  for (int i = 0; i < 3; ++i) client.Send(request);
  const auto first = holding_.Take();
  const auto second = holding_.Take();
  // Two are more than the limit of one body, so the third stays unread.
  EXPECT_EQ(holding_.waiting(), 0u);
  first.second({});
  EXPECT_THAT(client.ReadResponse(), StartsWith("HTTP/1.1 200 "));
  holding_.Take().second({});
  second.second({});
}

TEST_F(LimitsTest, TheLimitHoldsForTheSumOfChunks) {
  Serve(Options());
  std::string request =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    absl::StrAppend(&request, "3e8\r\n", std::string(1000, 'x'), "\r\n");
  }
  EXPECT_THAT(Exchange(request), StartsWith("HTTP/1.1 413 "));
}

TEST_F(LimitsTest, AChunkHeaderWithoutEndIsRefused) {
  Serve(Options());
  EXPECT_THAT(Exchange(absl::StrCat("POST / HTTP/1.1\r\nHost: h\r\n"
                                    "Transfer-Encoding: chunked\r\n\r\n1;",
                                    std::string(5000, 'x'))),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(LimitsTest, ATooLargeBodyIsRefusedBeforeItIsAskedFor) {
  Serve(Options());
  const std::string answer = Exchange(
      "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      "Content-Length: 2001\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
}

TEST_F(LimitsTest, EarlierRequestsAreAnsweredBeforeARefusal) {
  Serve(Options());
  RawClient client(server_->port());
  client.Send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n");
  HttpResponse response;
  response.body = "one";
  holding_.Take().second(std::move(response));
  EXPECT_THAT(client.ReadResponse(), EndsWith("\r\n\r\none"));
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 400 "));
}

struct Malformed {
  std::string text;
  int status;
};

class MalformedTest : public LimitsTest,
                      public ::testing::WithParamInterface<Malformed> {};

TEST_P(MalformedTest, IsRefused) {
  Serve(Options());
  EXPECT_THAT(Exchange(GetParam().text),
              StartsWith(absl::StrCat("HTTP/1.1 ", GetParam().status, " ")));
  EXPECT_EQ(holding_.waiting(), 0u);
}

constexpr char kPost[] = "POST / HTTP/1.1\r\nHost: h\r\n";

INSTANTIATE_TEST_SUITE_P(
    All, MalformedTest,
    ::testing::Values(
        Malformed{"GET / HTTP/1.1\r\n\r\n", 400},
        Malformed{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Malformed{"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 400},
        Malformed{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        Malformed{"GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"GET / HTTP/1.1\nHost: h\n\n", 400},
        Malformed{"GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
        Malformed{"GET / HTTP/1.1\r\nHost: h\r\nX\r\n\r\n", 400},
        Malformed{absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nX: ",
                               std::string(1, '\0'), "\r\n\r\n"),
                  400},
        Malformed{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
        Malformed{absl::StrCat(kPost, "Content-Length: -1\r\n\r\n"), 400},
        Malformed{absl::StrCat(kPost, "Content-Length: +1\r\n\r\nx"), 400},
        Malformed{absl::StrCat(kPost, "Content-Length: 0x1\r\n\r\nx"), 400},
        Malformed{absl::StrCat(kPost, "Content-Length: 1, 2\r\n\r\nxx"), 400},
        Malformed{absl::StrCat(kPost, "Content-Length: 1\r\n",
                               "Content-Length: 2\r\n\r\nxx"),
                  400},
        Malformed{absl::StrCat(kPost, "Content-Length: ",
                               "99999999999999999999999\r\n\r\n"),
                  400},
        Malformed{absl::StrCat(kPost, "Content-Length: 5\r\n",
                               "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                  400},
        Malformed{absl::StrCat(kPost, "Transfer-Encoding: chunked\r\n",
                               "Content-Length: 5\r\n\r\n0\r\n\r\n"),
                  400},
        Malformed{
            absl::StrCat(kPost, "Transfer-Encoding: chunked\r\n\r\ng\r\n"),
            400},
        Malformed{absl::StrCat(kPost, "Transfer-Encoding: chunked\r\n\r\n",
                               "1\r\nxy\r\n0\r\n\r\n"),
                  400},
        Malformed{absl::StrCat(kPost, "Transfer-Encoding: gzip\r\n\r\n"), 501},
        Malformed{absl::StrCat(kPost, "Transfer-Encoding: gzip, chunked\r\n",
                               "\r\n0\r\n\r\n"),
                  501},
        Malformed{absl::StrCat(kPost, "Transfer-Encoding: xchunked\r\n\r\n"),
                  501},
        Malformed{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                  "\r\n",
                  400},
        Malformed{absl::StrCat(kPost, "Expect: money\r\n\r\n"), 417}));

TEST_F(LimitsTest, ASlowHeaderIsCut) {
  HttpServerOptions options = Options();
  options.header_timeout = kShort;
  Serve(options);
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nHost:"),
              AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("\"code\":408")));
}

TEST_F(LimitsTest, ASlowBodyIsCut) {
  HttpServerOptions options = Options();
  options.body_timeout = kShort;
  Serve(options);
  EXPECT_THAT(Exchange(Sized(10) + "abc"), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(holding_.waiting(), 0u);
}

TEST_F(LimitsTest, AnIdleConnectionIsClosedWithoutAWord) {
  HttpServerOptions options = Options();
  options.idle_timeout = kShort;
  Serve(options);
  RawClient silent(server_->port());
  EXPECT_TRUE(silent.AtEnd());
  RawClient used(server_->port());
  used.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  holding_.Take().second({});
  EXPECT_THAT(used.ReadResponse(), Not(HasSubstr("Connection: close")));
  EXPECT_TRUE(used.AtEnd());
}

TEST_F(LimitsTest, AClientThatWaitsForItsAnswerIsNotIdle) {
  HttpServerOptions options = Options();
  options.idle_timeout = kShort;
  Serve(options);
  RawClient waiting(server_->port());
  waiting.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto call = holding_.Take();
  // Three others grow old in the meantime.
  for (int i = 0; i < 3; ++i) {
    RawClient idle(server_->port());
    EXPECT_TRUE(idle.AtEnd());
  }
  call.second({});
  EXPECT_THAT(waiting.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(LimitsTest, AClientThatDoesNotReadIsCut) {
  auto gone = std::make_shared<std::promise<void>>();
  std::future<void> cut = gone->get_future();
  // Tells when the server lets go of the answer.
  std::shared_ptr<void> notice(nullptr, [gone](void*) { gone->set_value(); });
  FunctionHandler endless([&](HttpRequest) {
    HttpResponse response;
    response.producer = [held = std::move(notice)](std::string* chunk) {
      chunk->assign(64 << 10, 'x');
      return true;
    };
    return response;
  });
  HttpServerOptions options = Options();
  options.write_timeout = kShort;
  Serve(options, &endless);
  RawClient client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(cut.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  server_.reset();
}

TEST_F(LimitsTest, BeyondTheBoundConnectionsWaitForRoom) {
  HttpServerOptions options = Options();
  options.max_connections = 1;
  Serve(options);
  auto first = std::make_unique<RawClient>(server_->port());
  first->Send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  holding_.Take().second({});
  EXPECT_THAT(first->ReadResponse(), StartsWith("HTTP/1.1 200 "));
  RawClient second(server_->port());
  second.Send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(server_->connections(), 1u);
  EXPECT_EQ(holding_.waiting(), 0u);
  first.reset();
  holding_.Take().second({});
  EXPECT_THAT(second.ReadResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(LimitsTest, ServesAThousandConnectionsAtOnce) {
  constexpr size_t kMany = 1000;
  rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  ASSERT_GT(files.rlim_cur, 2 * kMany + 100) << "too few file descriptors";
  Serve(Options());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (size_t i = 0; i < kMany; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_->port()));
    ASSERT_TRUE(clients.back()->connected());
    clients.back()->Send(
        absl::StrCat("GET /", i, " HTTP/1.1\r\nHost: h\r\n\r\n"));
  }
  std::vector<HoldingHandler::Call> calls;
  while (calls.size() < kMany) calls.push_back(holding_.Take());
  EXPECT_EQ(server_->connections(), kMany);
  for (const auto& [request, respond] : calls) {
    HttpResponse response;
    response.body = request.path;
    respond(std::move(response));
  }
  for (size_t i = 0; i < kMany; ++i) {
    EXPECT_THAT(clients[i]->ReadResponse(),
                EndsWith(absl::StrCat("\r\n\r\n/", i)));
  }
}

}  // namespace
}  // namespace dci::net
