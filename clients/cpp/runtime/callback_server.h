// Receives callbacks over HTTP.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_CALLBACK_SERVER_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_CALLBACK_SERVER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/cpp/runtime/judge.h"
#include "clients/cpp/runtime/options.h"
#include "clients/cpp/runtime/schema.h"
#include "services/net/http_server.h"

namespace dci::client {

// What came with a callback.
struct CallbackContext {
  // Who sent it, as far as it was verified.
  std::string sender_id;
  dci::common::v1::MsgCallbackHeader header;
  // Tolerances that the reader took.
  std::vector<wire::Finding> findings;
  // A signature was there and is right.
  bool was_signed = false;
};

// What a receiver answers to a call that it does not override.
absl::Status NotExpected(absl::string_view method);

struct CallbackServerOptions {
  net::HttpServerOptions http;
  // As in ClientOptions.
  const trust::KeyRing* keys = nullptr;
  const trust::ParticipantDirectory* verify_by = nullptr;
  trust::VerifierOptions verifier;
  net::HttpClientOptions key_client;
  wire::Limits limits;
  // Message ids that are remembered: repetitions of the last so many are
  // acknowledged without being passed on.
  size_t remembered = 100'000;
  // Callbacks that wait for their receiver; more are refused with
  // err.service.unavailable, and come again.
  size_t max_waiting = 1'000;
  Clock* clock = Clock::Real();
  IdSource* ids = IdSource::Random();
};

// Passes callbacks on one at a time, in the order of their arrival, on a
// thread of its own; each is acknowledged after its receiver has returned.
// What a receiver must not lose it keeps before it returns.
class CallbackServer : private net::HttpHandler {
 public:
  explicit CallbackServer(CallbackServerOptions options);
  // As Stop.
  ~CallbackServer() override;

  template <typename Body>
  using Receiver =
      std::function<absl::Status(const Body& body, const CallbackContext&)>;
  // Passes on what is posted to a path that ends in the method's, and what is
  // posted elsewhere with its header.action. Before Start; `schema` outlives
  // this.
  template <typename Body>
  void Register(const Schema& schema, absl::string_view method,
                Receiver<Body> receiver);

  // Listens. INTERNAL for a method that its schema lacks; otherwise as
  // HttpServer::Start.
  absl::Status Start();
  uint16_t port() const { return server_->port(); }
  // Finishes what has arrived, and listens no more.
  void Stop();

 private:
  using BytesReceiver =
      std::function<absl::Status(const std::string&, const CallbackContext&)>;
  struct Route {
    const Schema* schema = nullptr;
    const schema::Method* method = nullptr;
    BytesReceiver receive;
  };
  struct Arrival {
    const Route* route;
    net::HttpRequest request;
    net::Responder respond;
  };

  void Add(const Schema& schema, absl::string_view method,
           BytesReceiver receive);
  void Handle(net::HttpRequest request, net::Responder respond) override;
  void Work();
  absl::Status Receive(const Route& route, net::HttpRequest request);
  absl::Status PassOn(const Route& route, const Judged& judged);
  net::HttpResponse Answer(const absl::Status& status) const;
  const Route* Find(const net::HttpRequest& request) const;
  bool Known(const std::string& id);
  void Remember(std::string id);

  const CallbackServerOptions options_;
  absl::Status registered_;
  std::vector<Route> routes_;
  std::unique_ptr<net::HttpClient> key_client_;
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<net::HttpServer> server_;

  // Of the working thread alone.
  absl::flat_hash_map<std::string, bool> known_;
  std::deque<std::string> known_order_;

  std::mutex mu_;
  std::condition_variable arrived_;
  std::deque<Arrival> waiting_;
  bool stopping_ = false;
  std::thread worker_;
};

template <typename Body>
void CallbackServer::Register(const Schema& schema, absl::string_view method,
                              Receiver<Body> receiver) {
  Add(schema, method,
      [receiver](const std::string& bytes, const CallbackContext& context) {
        Body body;
        if (!body.ParseFromString(bytes)) {
          return absl::InvalidArgumentError("the body cannot be read");
        }
        return receiver(body, context);
      });
}

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_CALLBACK_SERVER_H_
