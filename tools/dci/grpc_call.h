// The same call over gRPC.
#ifndef CONVERGENCE_TOOLS_DCI_GRPC_CALL_H_
#define CONVERGENCE_TOOLS_DCI_GRPC_CALL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/net/http_message.h"
#include "services/schema/service.h"
#include "services/wire/codec.h"

namespace dci::cli {

struct GrpcTarget {
  std::string address;  // "127.0.0.1:50051"
  std::string token;    // bearer token; may be empty
  absl::Duration timeout;
};

// Sends a document (JSON) in the envelope's `original`, so that its bytes and
// signature stay what they are; of an operation without envelope, its request.
// The answer as HTTP would have given it: 200 and JSON, or the status of the
// refusal and its ERR. ExitCode::kNotReached without an answer, kUntrusted for
// one that cannot be read.
absl::StatusOr<net::HttpResponse> CallOverGrpc(const wire::Codec& codec,
                                               const schema::Method& method,
                                               const std::string& document,
                                               const GrpcTarget& target);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_GRPC_CALL_H_
