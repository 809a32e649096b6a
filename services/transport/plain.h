// Operations outside the envelope (MODE_PLAIN): typed requests and answers,
// the same handler behind both wires.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_PLAIN_H_
#define CONVERGENCE_SERVICES_TRANSPORT_PLAIN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "services/schema/service.h"
#include "services/trust/credentials.h"

namespace dci::transport {

// One call.
struct PlainCall {
  const schema::Method* method = nullptr;
  std::string request;  // wire bytes of the method's request message
  trust::Credentials credentials;
  std::string peer_address;
};

// Takes wire bytes of the method's response message, or a refusal. Called
// once, on any thread.
using PlainDone = std::function<void(absl::StatusOr<std::string>)>;

// Must not block.
using PlainHandler = std::function<void(PlainCall, PlainDone)>;

// What an endpoint serves besides envelopes.
using PlainHandlers = absl::flat_hash_map<const schema::Method*, PlainHandler>;

// A caller that takes messages until the call is finished. Thread-safe.
class PlainStream {
 public:
  virtual ~PlainStream() = default;
  // Sends wire bytes of the method's response message. `written` is called
  // once, on any thread: with true when the next one may be sent, with false
  // when the caller is gone. One at a time.
  virtual void Write(std::string bytes, std::function<void(bool)> written) = 0;
  // Ends the call; once, whatever became of it, and not while a message is
  // being written. Nothing is called afterwards.
  virtual void Finish(const absl::Status& status) = 0;
  // Calls `gone` when the caller is gone, at once where it is; at most once.
  virtual void OnGone(std::function<void()> gone) = 0;
};

// Answers a call by a stream (gRPC alone). Must not block.
using PlainStreamHandler =
    std::function<void(PlainCall, std::shared_ptr<PlainStream>)>;
using PlainStreamHandlers =
    absl::flat_hash_map<const schema::Method*, PlainStreamHandler>;

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_PLAIN_H_
