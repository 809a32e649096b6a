// One attempt to send one message, on either wire.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_CONNECTION_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clients/cpp/runtime/options.h"
#include "clients/cpp/runtime/schema.h"
#include "services/schema/service.h"

namespace dci::client {

// A message ready to go.
struct Attempt {
  const Schema* schema = nullptr;
  const schema::Method* method = nullptr;
  // The JSON document, or the bytes of the envelope.
  std::string bytes;
  std::string http_signature;  // HTTP field Signature; empty: none
  std::string token;           // empty: none
  absl::Duration timeout;
};

struct Reply {
  // OK, or why the message was refused, with the reason (schema/reason.h), or
  // why there was no answer.
  absl::Status status;
  // What the other side asked for; zero: nothing.
  absl::Duration retry_after;
  // With an OK: the answer, as `bytes` above.
  std::string bytes;
  std::string http_signature;  // of the answer
};

// Thread-safe.
class Connection {
 public:
  virtual ~Connection() = default;
  // Waits for the answer.
  virtual Reply Send(const Attempt& attempt) = 0;
};

// `http` outlives the connection.
std::unique_ptr<Connection> NewHttpConnection(const std::string& base_url,
                                              net::HttpClient* http);
std::unique_ptr<Connection> NewGrpcConnection(const ClientOptions& options);

// The refusal in an acknowledgement: code and text of its error, as a status
// that carries the reason. `fallback` is the code where it names none that is
// known.
absl::Status RefusalIn(const dci::common::v1::AckEnvelope& ack,
                       absl::StatusCode fallback);

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_CONNECTION_H_
