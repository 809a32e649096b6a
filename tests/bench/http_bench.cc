// Our HTTP server against a bare Beast server that answers as many bytes:
//   bazel run -c opt //tests/bench:http_bench -- 20000
// The argument is the number of rounds, each of 32 requests, one on every
// connection; without it a short run checks the answers.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/net/http_server.h"
#include "services/net/raw_client.h"
#include "tests/bench/bare_http_server.h"

namespace dci::net {
namespace {

constexpr int kClients = 2;
constexpr int kPerClient = 16;
constexpr int kServerThreads = 2;
constexpr size_t kRequestBytes = 410;
constexpr size_t kAnswerBytes = 777;

class FixedAnswer : public HttpHandler {
 public:
  void Handle(HttpRequest, Responder respond) override {
    HttpResponse response;
    response.headers.Add("Content-Type", "application/json");
    response.body.assign(kAnswerBytes, 'a');
    respond(std::move(response));
  }
};

// Requests per second of closed-loop clients; exits where an answer is wrong.
double Measure(uint16_t port, int rounds) {
  const std::string request = absl::StrCat(
      "POST /registry/sync/search HTTP/1.1\r\nHost: h\r\n",
      "Content-Type: application/json\r\nContent-Length: ", kRequestBytes,
      "\r\n\r\n", std::string(kRequestBytes, 'r'));
  const std::string body(kAnswerBytes, 'a');
  auto client = [&] {
    std::vector<std::unique_ptr<RawClient>> connections;
    for (int i = 0; i < kPerClient; ++i) {
      connections.push_back(std::make_unique<RawClient>(port));
    }
    for (int round = 0; round < rounds; ++round) {
      for (auto& c : connections) c->Send(request);
      for (auto& c : connections) {
        if (absl::EndsWith(c->ReadResponse(), body)) continue;
        std::fprintf(stderr, "wrong answer from port %d\n", port);
        std::exit(1);
      }
    }
  };
  const absl::Time start = absl::Now();
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) clients.emplace_back(client);
  for (std::thread& thread : clients) thread.join();
  return rounds * kClients * kPerClient /
         absl::ToDoubleSeconds(absl::Now() - start);
}

int Main(int rounds) {
  FixedAnswer handler;
  HttpServerOptions options;
  options.threads = kServerThreads;
  auto ours = HttpServer::Start(options, &handler);
  if (!ours.ok()) return 1;
  bench::BareHttpServer bare(kServerThreads, kAnswerBytes);
  // Alternating, so that neither has the quiet half of the machine.
  double ours_sum = 0;
  double bare_sum = 0;
  for (int i = 0; i < 4; ++i) {
    ours_sum += Measure((*ours)->port(), rounds / 4 + 1);
    bare_sum += Measure(bare.port(), rounds / 4 + 1);
  }
  std::printf("http server: %.0f/s, bare Beast: %.0f/s, ratio %.2f\n",
              ours_sum / 4, bare_sum / 4, ours_sum / bare_sum);
  return 0;
}

}  // namespace
}  // namespace dci::net

int main(int argc, char** argv) {
  return dci::net::Main(argc > 1 ? std::atoi(argv[1]) : 40);
}
