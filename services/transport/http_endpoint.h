// The HTTP/JSON wire: from a request to the pipeline and back, no logic.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_HTTP_ENDPOINT_H_
#define CONVERGENCE_SERVICES_TRANSPORT_HTTP_ENDPOINT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/pipeline.h"
#include "services/net/http_server.h"
#include "services/transport/plain.h"
#include "services/transport/routes.h"
#include "services/wire/codec.h"

namespace dci::transport {

// A request that no schema describes: tokens, keys, health, metrics.
using HttpPage = std::function<void(net::HttpRequest, net::Responder)>;

// What is served. Everything must outlive the endpoint.
struct HttpEndpointOptions {
  net::HttpServerOptions server;
  // From the arrival of a request until its answer is worth nothing.
  absl::Duration request_timeout = absl::Seconds(60);
  const wire::Codec* codec = nullptr;
  exchange::Pipeline* pipeline = nullptr;
  std::vector<ServedService> services;
  PlainHandlers plain;
  // By "VERB /path".
  absl::flat_hash_map<std::string, HttpPage> pages;
};

class HttpEndpoint : private net::HttpHandler {
 public:
  // Listens and serves. INVALID_ARGUMENT for paths that clash; otherwise the
  // errors of net::HttpServer::Start.
  static absl::StatusOr<std::unique_ptr<HttpEndpoint>> Start(
      HttpEndpointOptions options);

  int port() const { return server_->port(); }
  // Finishes what is in progress, at most for `drain`.
  absl::Status Shutdown(absl::Duration drain) {
    return server_->Shutdown(drain);
  }

 private:
  HttpEndpoint(HttpEndpointOptions options, Routes routes)
      : options_(std::move(options)), routes_(std::move(routes)) {}

  void Handle(net::HttpRequest request, net::Responder respond) override;
  void HandleMessage(const schema::Method& method, net::HttpRequest request,
                     net::Responder respond);
  void HandleFile(const schema::Method& method, net::HttpRequest request,
                  net::Responder respond);
  void HandleEnvelope(const schema::Method& method,
                      trust::Credentials credentials, net::HttpRequest request,
                      net::Responder respond);
  void HandlePlain(const schema::Method& method, net::HttpRequest request,
                   net::Responder respond);
  std::string VerbsOf(absl::string_view path) const;
  net::HttpResponse RefuseVerb(const std::string& verbs) const;
  bool HandlePage(net::HttpRequest& request, net::Responder& respond);
  net::HttpResponse Refuse(const absl::Status& refusal, int status = 0) const;

  const HttpEndpointOptions options_;
  const Routes routes_;
  std::unique_ptr<net::HttpServer> server_;
};

// Credentials that the request carries; the body only where an HTTP signature
// covers it.
trust::Credentials CredentialsOf(const net::HttpRequest& request);

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_HTTP_ENDPOINT_H_
