// Operations outside the envelope (MODE_PLAIN): typed requests and answers,
// the same handler behind both wires.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_PLAIN_H_
#define CONVERGENCE_SERVICES_TRANSPORT_PLAIN_H_

#include <functional>
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

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_PLAIN_H_
