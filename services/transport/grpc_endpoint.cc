#include "services/transport/grpc_endpoint.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/ext/health_check_service_server_builder_option.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/codegen/rpc_service_method.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/transport/grpc_calls.h"
#include "services/transport/reflection.h"

namespace dci::transport {
namespace {

using UnaryHandler =
    grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
using StreamHandler =
    grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer,
                                                   grpc::ByteBuffer>;

// Every method of one schema service, registered by name with raw buffers.
class RawService : public grpc::Service {
 public:
  RawService(const schema::Service& service, const GrpcEndpointOptions* options)
      : options_(*options) {
    for (const schema::Method& method : service.methods) AddRaw(&method);
  }

 private:
  void AddRaw(const schema::Method* method) {
    const auto plain = options_.plain.find(method);
    const bool is_plain = plain != options_.plain.end();
    const auto stream = options_.plain_streams.find(method);
    const bool is_stream = stream != options_.plain_streams.end();
    // What nobody handles is unimplemented, as gRPC itself answers.
    if (!is_plain && !is_stream && method->mode == schema::Mode::kPlain) return;
    const int index = count_++;
    AddMethod(new grpc::internal::RpcServiceMethod(
        method->grpc_path.c_str(),
        method->server_streaming ? grpc::internal::RpcMethod::SERVER_STREAMING
                                 : grpc::internal::RpcMethod::NORMAL_RPC,
        nullptr));
    if (is_plain)
      MarkMethodRawCallback(index, PlainUnary(method, &plain->second));
    else if (is_stream)
      MarkMethodRawCallback(index, PlainStreamed(method, &stream->second));
    else if (method->server_streaming)
      MarkMethodRawCallback(index, EnvelopeStream(method));
    else
      MarkMethodRawCallback(index, EnvelopeUnary(method));
  }

  static grpc::internal::MethodHandler* PlainUnary(
      const schema::Method* method, const PlainHandler* handler) {
    return new UnaryHandler(
        [method, handler](grpc::CallbackServerContext* context,
                          const grpc::ByteBuffer* request,
                          grpc::ByteBuffer* response) {
          return StartPlainCall(method, handler, context, request, response);
        });
  }

  static grpc::internal::MethodHandler* PlainStreamed(
      const schema::Method* method, const PlainStreamHandler* handler) {
    return new StreamHandler(
        [method, handler](grpc::CallbackServerContext* context,
                          const grpc::ByteBuffer* request) {
          return StartPlainStream(method, handler, context, request);
        });
  }

  grpc::internal::MethodHandler* EnvelopeUnary(const schema::Method* method) {
    return new UnaryHandler([this, method](grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) {
      return StartEnvelopeCall(method, options_.pipeline,
                               options_.request_timeout, context, request,
                               response);
    });
  }

  grpc::internal::MethodHandler* EnvelopeStream(const schema::Method* method) {
    return new StreamHandler([this, method](
                                 grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request) {
      return StartEnvelopeStream(method, options_.pipeline, context, request);
    });
  }

  const GrpcEndpointOptions& options_;
  int count_ = 0;
};

std::shared_ptr<grpc::ServerCredentials> CredentialsFor(
    const std::optional<net::TlsServerOptions>& tls) {
  if (!tls) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(
      tls->client_ca_pem.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
      : tls->require_client_certificate
          ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
          : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = tls->client_ca_pem;
  options.pem_key_cert_pairs.push_back(
      {tls->private_key_pem, tls->certificate_chain_pem});
  return grpc::SslServerCredentials(options);
}

std::string Address(const GrpcEndpointOptions& options) {
  return absl::StrContains(options.bind_address, ':')
             ? absl::StrCat("[", options.bind_address, "]:", options.port)
             : absl::StrCat(options.bind_address, ":", options.port);
}

}  // namespace

class GrpcEndpoint::Impl {
 public:
  explicit Impl(GrpcEndpointOptions options) : options_(std::move(options)) {}

  absl::Status Start() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(Address(options_), CredentialsFor(options_.tls),
                             &port_);
    builder.SetMaxReceiveMessageSize(options_.max_message_bytes);
    // Two servers on one port would each get a part of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    ReflectedSchema reflected{options_.model->pool(), {}};
    for (const schema::Service* service : options_.services) {
      services_.push_back(std::make_unique<RawService>(*service, &options_));
      reflected.services.push_back(service->full_name);
    }
    for (const char* name : {kReflectionV1, kReflectionV1Alpha})
      services_.push_back(MakeReflectionService(name, reflected));
    for (const auto& service : services_)
      builder.RegisterService(service.get());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0)
      return absl::UnavailableError(
          absl::StrCat("cannot listen at ", Address(options_)));
    for (const schema::Service* service : options_.services)
      server_->GetHealthCheckService()->SetServingStatus(service->full_name,
                                                         true);
    return absl::OkStatus();
  }

  void Shutdown(absl::Duration drain) {
    if (server_ == nullptr) return;
    server_->GetHealthCheckService()->Shutdown();
    server_->Shutdown(absl::ToChronoTime(absl::Now() + drain));
    server_->Wait();
    server_.reset();
  }

  int port() const { return port_; }

 private:
  const GrpcEndpointOptions options_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

GrpcEndpoint::GrpcEndpoint(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

GrpcEndpoint::~GrpcEndpoint() { Shutdown(absl::ZeroDuration()); }

absl::StatusOr<std::unique_ptr<GrpcEndpoint>> GrpcEndpoint::Start(
    GrpcEndpointOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (absl::Status status = impl->Start(); !status.ok()) return status;
  return std::unique_ptr<GrpcEndpoint>(new GrpcEndpoint(std::move(impl)));
}

int GrpcEndpoint::port() const { return impl_->port(); }
void GrpcEndpoint::Shutdown(absl::Duration drain) { impl_->Shutdown(drain); }

}  // namespace dci::transport
