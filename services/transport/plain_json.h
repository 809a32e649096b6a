// JSON of plain operations. Those of participants obey the rules of the wire
// and go through its codec; the operator's own are ordinary protobuf messages
// and go through protobuf's JSON, with the names of the proto.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_PLAIN_JSON_H_
#define CONVERGENCE_SERVICES_TRANSPORT_PLAIN_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/service.h"
#include "services/wire/codec.h"

namespace dci::transport {

// Wire bytes of the method's request. An empty text is an empty message.
// INVALID_ARGUMENT for what cannot be read, and for unknown members.
absl::StatusOr<std::string> PlainRequestFromJson(const wire::Codec& codec,
                                                 const schema::Method& method,
                                                 absl::string_view json);

// JSON of the method's response.
absl::StatusOr<std::string> PlainResponseToJson(const wire::Codec& codec,
                                                const schema::Method& method,
                                                absl::string_view bytes);

// A JSON object of the parameters of a query: "a=1&b=x" is
// {"a":"1","b":"x"}. INVALID_ARGUMENT where it cannot be decoded.
absl::StatusOr<std::string> JsonOfQuery(absl::string_view query);

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_PLAIN_JSON_H_
