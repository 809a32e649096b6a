// An HTTP/1.1 server (RFC 9112): keep-alive, pipelining, chunked bodies both
// ways, Expect: 100-continue, TLS. It knows nothing of what it serves.
#ifndef CONVERGENCE_SERVICES_NET_HTTP_SERVER_H_
#define CONVERGENCE_SERVICES_NET_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/net/http_message.h"
#include "services/net/tls_options.h"

namespace dci::net {

// Takes the answer to one request. May be called on any thread, at once or
// later, also after the server is gone (then nothing happens). Only the first
// call counts. Dropping every copy uncalled answers 500.
using Responder = std::function<void(HttpResponse)>;

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Called on a server thread for each complete request, concurrently. Must
  // not block: that thread serves other connections. Requests pipelined on
  // one connection are all handed over as they come; the server sends the
  // answers in the order of the requests.
  virtual void Handle(HttpRequest request, Responder respond) = 0;
};

struct HttpServerOptions {
  std::string bind_address = "127.0.0.1";  // numeric, IPv4 or IPv6
  uint16_t port = 0;                       // 0 = any free one, see port()
  int threads = 2;
  std::optional<TlsServerOptions> tls;  // absent = plain HTTP

  // Limits. The error answers close the connection.
  size_t max_body_bytes = 10 << 20;    // beyond: 413
  size_t max_header_bytes = 32 << 10;  // with the request line; beyond: 431
  // At the bound new connections wait in the listen backlog.
  size_t max_connections = 10000;
  // Requests of one connection handed over and not answered; beyond, or once
  // their bodies together reach max_body_bytes, no more is read from it.
  size_t max_pipelined = 16;

  // For the TLS handshake, and for a header from its first byte to its last;
  // then 408. The same for a body, from the end of the header.
  absl::Duration header_timeout = absl::Seconds(10);
  absl::Duration body_timeout = absl::Seconds(60);
  // Between requests; then closed without a word.
  absl::Duration idle_timeout = absl::Seconds(75);
  // For a peer to take one answer, or one piece of a streamed one.
  absl::Duration write_timeout = absl::Seconds(30);

  // The body of answers that the server gives by itself (400, 408, 413, 431,
  // 500), sent as application/json. Absent: {"error":"text"}. Thread-safe.
  std::function<std::string(int status, absl::string_view text)> error_body;
};

class HttpServer {
 public:
  // Listens, and serves on its own threads. `handler` must outlive the
  // server. INVALID_ARGUMENT for options that make no sense (address, keys),
  // UNAVAILABLE where the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpServerOptions& options, HttpHandler* handler);

  // Shuts down at once if that was not done.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  uint16_t port() const;

  // Stops accepting, closes idle connections, lets requests in progress
  // finish (their answers say Connection: close), waits for that at most
  // `drain`, then cuts what is left. OK where nothing was cut, otherwise
  // DEADLINE_EXCEEDED; again called, the same. Handle() is not called after
  // it returns. Not from a server thread.
  absl::Status Shutdown(absl::Duration drain);

  // Open connections now; for metrics and tests. Thread-safe.
  size_t connections() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_HTTP_SERVER_H_
