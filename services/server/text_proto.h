// Text protos with errors that say where.
#ifndef CONVERGENCE_SERVICES_SERVER_TEXT_PROTO_H_
#define CONVERGENCE_SERVICES_SERVER_TEXT_PROTO_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace dci::server {

// INVALID_ARGUMENT with a line for each fault, "file:line:column: …".
absl::Status ParseTextProto(absl::string_view text, absl::string_view file_name,
                            google::protobuf::Message* message);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_TEXT_PROTO_H_
