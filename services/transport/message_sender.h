// Sends outgoing messages over HTTP or gRPC.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_MESSAGE_SENDER_H_
#define CONVERGENCE_SERVICES_TRANSPORT_MESSAGE_SENDER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/exchange/sender.h"
#include "services/net/tls_options.h"

namespace dci::transport {

struct MessageSenderOptions {
  // For https, and for gRPC where the delivery asks for it.
  net::TlsClientOptions tls;
  size_t max_response_bytes = 10 << 20;
};

// Thread-safe. Destroying it ends what is under way; every `done` has then
// been called.
//
// HTTP addresses come from peers and are checked after resolution at each
// try. A gRPC target comes from the operator's configuration alone and is
// connected to as it stands.
class MessageSender : public exchange::Sender {
 public:
  // INVALID_ARGUMENT for TLS material that cannot be read.
  static absl::StatusOr<std::unique_ptr<MessageSender>> Create(
      const MessageSenderOptions& options);
  ~MessageSender() override;

  void Send(exchange::Delivery delivery,
            std::function<void(absl::StatusOr<exchange::Reply>)> done) override;

 private:
  class Impl;
  explicit MessageSender(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_MESSAGE_SENDER_H_
