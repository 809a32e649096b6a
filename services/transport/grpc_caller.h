// Unary gRPC calls by method name, on bytes.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_GRPC_CALLER_H_
#define CONVERGENCE_SERVICES_TRANSPORT_GRPC_CALLER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/net/tls_options.h"

namespace dci::transport {

// Keeps a channel a target. Thread-safe. Destroying it cancels what is under
// way and waits until every `done` has been called.
class GrpcCaller {
 public:
  // TLS where `tls` is given; plain text otherwise.
  explicit GrpcCaller(const net::TlsClientOptions* tls);
  ~GrpcCaller();

  // Calls `/service/method` at "host:port"; `done` gets the response's bytes
  // or the status of the call, on any thread, and must not block. A refusal's
  // trailer "dci-error-bin" is given as the bytes of a payload "dci/error".
  void Call(const std::string& target, const std::string& method,
            const std::string& request, absl::Duration timeout,
            std::function<void(absl::StatusOr<std::string>)> done);

  // Call, waiting for the answer.
  absl::StatusOr<std::string> CallAndWait(const std::string& target,
                                          const std::string& method,
                                          const std::string& request,
                                          absl::Duration timeout);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The google.rpc.Code of a name is the same number in both enumerations.
absl::Status FromGrpcStatus(int code, absl::string_view message);

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_GRPC_CALLER_H_
