// The gRPC wire: one generic endpoint for every method of the schema, also of
// a schema made at run time; no logic.
//
// The typed envelope is handed on as the bytes that came. A refusal becomes
// the status code of its reason; the trailer "dci-error-bin" carries the
// AckEnvelope that HTTP would have sent, "retry-after" seconds where they are
// known. gRPC's health and reflection services (v1 and v1alpha) are served
// beside.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_GRPC_ENDPOINT_H_
#define CONVERGENCE_SERVICES_TRANSPORT_GRPC_ENDPOINT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/pipeline.h"
#include "services/net/tls_options.h"
#include "services/schema/model.h"
#include "services/transport/plain.h"

namespace dci::transport {

// What is served. Everything must outlive the endpoint.
struct GrpcEndpointOptions {
  std::string bind_address = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one
  std::optional<net::TlsServerOptions> tls;
  // Greatest message; beyond it RESOURCE_EXHAUSTED.
  int max_message_bytes = 10 << 20;
  // For calls that set no deadline of their own.
  absl::Duration request_timeout = absl::Seconds(60);
  const schema::Model* model = nullptr;
  exchange::Pipeline* pipeline = nullptr;
  std::vector<const schema::Service*> services;
  PlainHandlers plain;
  PlainStreamHandlers plain_streams;
};

class GrpcEndpoint {
 public:
  // Listens and serves. UNAVAILABLE where the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<GrpcEndpoint>> Start(
      GrpcEndpointOptions options);

  // Shuts down at once if that was not done.
  ~GrpcEndpoint();

  int port() const;
  // Refuses new calls, finishes those in progress, cuts them after `drain`.
  void Shutdown(absl::Duration drain);

 private:
  class Impl;
  explicit GrpcEndpoint(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_GRPC_ENDPOINT_H_
