// What a transport hands in, and what it gets back.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_RAW_MESSAGE_H_
#define CONVERGENCE_SERVICES_EXCHANGE_RAW_MESSAGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/exchange/wires.h"
#include "services/trust/credentials.h"

namespace dci::schema {
struct Method;
}

namespace dci::exchange {

// A message as it came; nothing of it is believed.
struct RawMessage {
  Wire wire = Wire::kHttp;
  // From the route table; never null.
  const schema::Method* method = nullptr;
  // The JSON document, or the typed envelope on gRPC.
  std::string bytes;
  std::string content_type;
  trust::Credentials credentials;
  // Numeric address, for logs.
  std::string peer_address;
  absl::Time received;
  // The caller no longer waits after this.
  absl::Time deadline = absl::InfiniteFuture();
};

// What is sent back.
struct Answer {
  // OK, or a refusal with its reason (schema/reason.h), for the status of a
  // gRPC call.
  absl::Status status;
  int http_status = 200;
  // HTTP: the JSON document of the answer, or of the refusal. gRPC: the typed
  // envelope; with a refusal the AckEnvelope for the trailer "dci-error-bin".
  std::string bytes;
  // How long the caller should wait before it comes again; zero: unsaid.
  absl::Duration retry_after;
  // Value of the HTTP header field Signature, where the sender has that form.
  std::string http_signature;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_RAW_MESSAGE_H_
