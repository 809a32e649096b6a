// One connection of the client: connect once, then exchange after exchange.
// Internal.
#ifndef CONVERGENCE_SERVICES_NET_CLIENT_CONNECTION_H_
#define CONVERGENCE_SERVICES_NET_CLIENT_CONNECTION_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/net/http_message.h"
#include "services/net/message_parser.h"
#include "services/net/stream.h"

namespace dci::net {

struct ResponseLimits {
  size_t max_header_bytes;
  size_t max_body_bytes;
};

// A request as it goes over the wire.
struct WireRequest {
  std::string head;  // request line and fields, with the empty line
  std::string body;
  bool is_head = false;  // whose answer has no body
};

struct Exchanged {
  absl::StatusOr<HttpResponse> response = absl::UnknownError("");
  bool answer_began = false;  // at least one byte came
};

// One thread. Close() ends whatever is under way with an error.
class ClientConnection {
 public:
  ClientConnection(const Executor& executor, const ResponseLimits& limits);

  // Plain where `tls` is null. UNAVAILABLE where the peer does not answer, or
  // in TLS is not `host`.
  Task<absl::Status> Connect(const tcp::endpoint& endpoint,
                             const std::string& host, const TlsContext* tls);
  Task<Exchanged> Exchange(const WireRequest& request);

  // Whether another exchange may follow: asked after an exchange.
  bool reusable() const { return reusable_; }
  // False where the peer has closed, or said something unasked.
  bool LooksAlive();
  void Close();

  // Set while nobody uses it.
  std::optional<Watchdog> idle_deadline;

 private:
  using Parser = MessageParser<false>;

  Task<absl::Status> ReadHeader(std::optional<Parser>* parser, bool is_head);
  Task<absl::Status> ReadBody(Parser* parser);
  void StartStream(const TlsContext* tls);
  Task<error_code> Fill();

  const ResponseLimits limits_;
  Socket connecting_;  // until it moves into stream_
  std::optional<Stream> stream_;
  beast::flat_buffer buffer_;
  bool answer_began_ = false;
  bool reusable_ = false;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_CLIENT_CONNECTION_H_
