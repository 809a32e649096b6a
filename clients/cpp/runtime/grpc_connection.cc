#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "clients/cpp/runtime/connection.h"

namespace dci::client {
namespace {

// Trailer in which a server sends the AckEnvelope that HTTP would have got.
constexpr char kErrorTrailer[] = "dci-error-bin";
// google.rpc.RetryInfo is what gRPC has for Retry-After; our servers send the
// plain number of seconds.
constexpr char kRetryTrailer[] = "retry-after";

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(
    const ClientOptions& options) {
  if (!options.grpc_tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = options.http.tls.ca_pem;
  ssl.pem_cert_chain = options.http.tls.certificate_chain_pem;
  ssl.pem_private_key = options.http.tls.private_key_pem;
  return grpc::SslCredentials(ssl);
}

std::string Trailer(const grpc::ClientContext& context, const char* name) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto it = trailers.find(name);
  return it == trailers.end()
             ? ""
             : std::string(it->second.data(), it->second.size());
}

std::string Bytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

class GrpcConnection : public Connection {
 public:
  explicit GrpcConnection(const ClientOptions& options)
      : stub_(grpc::CreateCustomChannel(
            options.grpc_target, CredentialsOf(options), Arguments(options))) {}

  Reply Send(const Attempt& attempt) override {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         absl::ToChronoMilliseconds(attempt.timeout));
    if (!attempt.token.empty()) {
      context.AddMetadata("authorization",
                          absl::StrCat("Bearer ", attempt.token));
    }
    const grpc::Slice slice(attempt.bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub_.UnaryCall(&context, attempt.method->grpc_path, grpc::StubOptions(),
                    &request, &response,
                    [&done](grpc::Status status) { done.set_value(status); });
    const grpc::Status status = done.get_future().get();
    Reply reply;
    if (status.ok()) {
      reply.bytes = Bytes(response);
    } else {
      reply.status = Refused(context, status);
      int seconds = 0;
      if (absl::SimpleAtoi(Trailer(context, kRetryTrailer), &seconds)) {
        reply.retry_after = absl::Seconds(seconds);
      }
    }
    return reply;
  }

 private:
  static grpc::ChannelArguments Arguments(const ClientOptions& options) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(
        static_cast<int>(options.limits.max_bytes));
    // Repeating is the client's affair: it keeps the message id and signs
    // anew.
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    return arguments;
  }

  static absl::Status Refused(const grpc::ClientContext& context,
                              const grpc::Status& status) {
    const auto code = static_cast<absl::StatusCode>(status.error_code());
    dci::common::v1::AckEnvelope ack;
    const std::string detail = Trailer(context, kErrorTrailer);
    if (!detail.empty() && ack.ParseFromString(detail)) {
      return RefusalIn(ack, code);
    }
    return absl::Status(code, status.error_message());
  }

  grpc::GenericStub stub_;
};

}  // namespace

std::unique_ptr<Connection> NewGrpcConnection(const ClientOptions& options) {
  return std::make_unique<GrpcConnection>(options);
}

}  // namespace dci::client
