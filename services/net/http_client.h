// An HTTP/1.1 client: asynchronous, pooled connections, TLS, a guard on the
// addresses it may reach. Redirects are answers like others, never followed.
#ifndef CONVERGENCE_SERVICES_NET_HTTP_CLIENT_H_
#define CONVERGENCE_SERVICES_NET_HTTP_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/net/address_guard.h"
#include "services/net/http_message.h"
#include "services/net/tls_options.h"

namespace dci::net {

struct HttpClientRequest {
  std::string method = "POST";
  std::string url;  // absolute, http or https (url.h)
  // Host, Content-Length and Connection are set by the client.
  Headers headers;
  std::string body;
  // For all of it: waiting for a connection, name, connect, handshake, answer.
  absl::Duration timeout = absl::Seconds(30);
  // True where the peer recognises a repetition, so that sending twice does
  // no harm; GET, HEAD, PUT, DELETE and OPTIONS always count as such.
  bool safe_to_resend = false;
};

// Gives the numeric addresses of `host`, in the order to try. Calls `done`
// once, on any thread.
using Resolver = std::function<void(
    const std::string& host,
    std::function<void(absl::StatusOr<std::vector<std::string>>)> done)>;

struct HttpClientOptions {
  // Every address is checked after resolution, at each connect; the client
  // then connects to the checked address itself, so a name that changes its
  // meaning in between gains nothing.
  AddressPolicy addresses;
  TlsClientOptions tls;
  int threads = 1;  // one host is always served by one of them
  size_t max_connections_per_host = 16;               // further requests wait
  absl::Duration idle_timeout = absl::Seconds(30);    // of pooled connections
  absl::Duration connect_timeout = absl::Seconds(5);  // per address, with TLS
  size_t max_response_bytes = 10 << 20;
  size_t max_response_header_bytes = 64 << 10;
  Resolver resolver;  // absent = the system's
};

class HttpClient {
 public:
  // INVALID_ARGUMENT for TLS material that cannot be read.
  static absl::StatusOr<std::unique_ptr<HttpClient>> Create(
      const HttpClientOptions& options);

  // Ends what is under way with CANCELLED; every `done` has been called when
  // it returns.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends, and calls `done` once with any complete answer, whatever its
  // status code, or with
  //   INVALID_ARGUMENT    URL or headers malformed; nothing was sent
  //   PERMISSION_DENIED   every address of the host is forbidden (guard)
  //   UNAVAILABLE         name, connect, handshake or transport failed
  //   DEADLINE_EXCEEDED   `timeout` passed; the peer may have got it
  //   RESOURCE_EXHAUSTED  the answer exceeds the limits
  //   DATA_LOSS           the answer is not HTTP/1.x
  //   CANCELLED           the client is being destroyed.
  // `done` runs on a client thread and must not block. A pooled connection
  // that the peer has closed meanwhile is replaced once, unseen, if nothing
  // of an answer had arrived and the request is safe to resend.
  void Send(HttpClientRequest request,
            std::function<void(absl::StatusOr<HttpResponse>)> done);

  // Send, waiting for the answer. Not from a client thread.
  absl::StatusOr<HttpResponse> Call(HttpClientRequest request);

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_HTTP_CLIENT_H_
