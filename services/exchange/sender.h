// How a message reaches another institution; implemented by the transport.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_SENDER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_SENDER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/wires.h"

namespace dci::schema {
struct Method;
}

namespace dci::exchange {

// A message ready to go: signed, encrypted, in the receiver's dialect.
struct Delivery {
  Wire wire = Wire::kHttp;
  // HTTP: the URL, absolute, to POST to. gRPC: "host:port".
  std::string target;
  const schema::Method* method = nullptr;
  // The JSON document, or the typed envelope.
  std::string bytes;
  // Value of the header field Signature; empty: none.
  std::string http_signature;
  absl::Duration timeout = absl::Seconds(10);
  // TLS over gRPC; over HTTP the URL says it.
  bool grpc_tls = false;
  // Loopback and private addresses are allowed for this receiver.
  bool allow_private_addresses = false;
};

// The receiver's answer, whatever it says.
struct Reply {
  // 200 on gRPC.
  int http_status = 200;
  // The JSON document, or the typed AckEnvelope.
  std::string bytes;
  // From Retry-After; zero: unsaid.
  absl::Duration retry_after = absl::ZeroDuration();
  // Value of the header field Signature; empty: none.
  std::string http_signature = {};
};

// Thread-safe.
class Sender {
 public:
  virtual ~Sender() = default;

  // Sends once, without repeating, and calls `done` once, on any thread:
  //   with a Reply where there was a complete answer;
  //   PERMISSION_DENIED: the address is forbidden;
  //   INVALID_ARGUMENT: the target cannot be read;
  //   any other error: not delivered, or not known to be. A gRPC status of the
  //   receiver is passed on.
  // `done` does not block.
  virtual void Send(Delivery delivery,
                    std::function<void(absl::StatusOr<Reply>)> done) = 0;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_SENDER_H_
