// One request of the client, from its URL to its answer. Internal.
#ifndef CONVERGENCE_SERVICES_NET_CLIENT_CALL_H_
#define CONVERGENCE_SERVICES_NET_CLIENT_CALL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/net/connection_pool.h"
#include "services/net/http_client.h"
#include "services/net/url.h"

namespace dci::net {

// What the calls of one thread share; outlives them.
struct ClientThread {
  ClientThread(std::shared_ptr<const HttpClientOptions> o, TlsContext t)
      : options(std::move(o)), tls(std::move(t)) {}

  const std::shared_ptr<asio::io_context> context =
      std::make_shared<asio::io_context>(1);
  const std::shared_ptr<const HttpClientOptions> options;
  const TlsContext tls;
  ConnectionPool pool{context->get_executor(),
                      options->max_connections_per_host, options->idle_timeout};
};

// The request line, fields and body for `url`. INVALID_ARGUMENT where method
// or a field is malformed.
absl::StatusOr<WireRequest> MakeWireRequest(const Url& url,
                                            HttpClientRequest* request);

class ClientCall : public PoolWaiter,
                   public std::enable_shared_from_this<ClientCall> {
 public:
  ClientCall(ClientThread* thread, Url url, WireRequest wire,
             bool safe_to_resend);

  // On the thread of `thread`; the call must be held until it returns.
  Task<absl::StatusOr<HttpResponse>> Run(absl::Duration timeout);
  void Cancel();

  void Wake() override {
    woken_ = true;
    wake_.Notify();
  }

 private:
  using Addresses = absl::StatusOr<std::vector<std::string>>;

  // CANCELLED or DEADLINE_EXCEEDED once that has come, otherwise OK.
  absl::Status Ended() const;
  void Interrupt();

  Task<absl::Status> Acquire(bool fresh);
  void Release();
  Task<absl::Status> Connect();
  Task<absl::Status> ConnectTo(const asio::ip::address& address);
  Task<absl::Status> Resolve();
  void OnResolved(Addresses addresses);
  absl::StatusOr<std::vector<asio::ip::address>> AllowedAddresses() const;

  ClientThread& thread_;
  const Url url_;
  const std::string origin_;
  const WireRequest wire_;
  const bool safe_to_resend_;

  Event wake_;
  Watchdog deadline_;
  Watchdog connect_deadline_;
  bool woken_ = false;  // by the pool
  bool cancelled_ = false;
  bool expired_ = false;
  std::optional<Addresses> addresses_;
  std::unique_ptr<ClientConnection> connection_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_CLIENT_CALL_H_
