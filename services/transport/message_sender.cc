#include "services/transport/message_sender.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "services/base/status_macros.h"
#include "services/net/http_client.h"
#include "services/schema/service.h"
#include "services/transport/grpc_caller.h"

namespace dci::transport {
namespace {

using Done = std::function<void(absl::StatusOr<exchange::Reply>)>;

absl::Duration RetryAfter(const net::HttpResponse& response) {
  int seconds = 0;
  // The form with a date (RFC 9110, 10.2.3) is not used by any known peer.
  return absl::SimpleAtoi(response.headers.GetOr("Retry-After"), &seconds) &&
                 seconds > 0
             ? absl::Seconds(seconds)
             : absl::ZeroDuration();
}

net::HttpClientRequest HttpRequestFor(exchange::Delivery delivery) {
  net::HttpClientRequest request;
  request.url = std::move(delivery.target);
  request.headers.Add("Content-Type", "application/json");
  if (!delivery.http_signature.empty())
    request.headers.Add("Signature", delivery.http_signature);
  request.body = std::move(delivery.bytes);
  request.timeout = delivery.timeout;
  // The receiver recognises the message id.
  request.safe_to_resend = true;
  return request;
}

}  // namespace

class MessageSender::Impl {
 public:
  absl::Status Start(const MessageSenderOptions& options) {
    net::HttpClientOptions client;
    client.tls = options.tls;
    client.max_response_bytes = options.max_response_bytes;
    ASSIGN_OR_RETURN(public_only_, net::HttpClient::Create(client));
    client.addresses.allow_loopback = true;
    client.addresses.allow_private = true;
    ASSIGN_OR_RETURN(anywhere_, net::HttpClient::Create(client));
    grpc_ = std::make_unique<GrpcCaller>(nullptr);
    grpc_tls_ = std::make_unique<GrpcCaller>(&options.tls);
    return absl::OkStatus();
  }

  void Send(exchange::Delivery delivery, Done done) {
    if (delivery.wire == exchange::Wire::kGrpc)
      SendGrpc(std::move(delivery), std::move(done));
    else
      SendHttp(std::move(delivery), std::move(done));
  }

 private:
  void SendHttp(exchange::Delivery delivery, Done done) {
    net::HttpClient& client =
        delivery.allow_private_addresses ? *anywhere_ : *public_only_;
    client.Send(
        HttpRequestFor(std::move(delivery)),
        [done = std::move(done)](absl::StatusOr<net::HttpResponse> response) {
          if (!response.ok()) return done(response.status());
          done(exchange::Reply{
              response->status, std::move(response->body),
              RetryAfter(*response),
              std::string(response->headers.GetOr("Signature"))});
        });
  }

  void SendGrpc(exchange::Delivery delivery, Done done) {
    GrpcCaller& grpc = delivery.grpc_tls ? *grpc_tls_ : *grpc_;
    grpc.Call(delivery.target, delivery.method->grpc_path, delivery.bytes,
              delivery.timeout,
              [done = std::move(done)](absl::StatusOr<std::string> bytes) {
                if (!bytes.ok()) return done(bytes.status());
                done(exchange::Reply{200, *std::move(bytes), {}});
              });
  }

  std::unique_ptr<net::HttpClient> public_only_;
  std::unique_ptr<net::HttpClient> anywhere_;
  std::unique_ptr<GrpcCaller> grpc_;
  std::unique_ptr<GrpcCaller> grpc_tls_;
};

MessageSender::MessageSender(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}

MessageSender::~MessageSender() = default;

absl::StatusOr<std::unique_ptr<MessageSender>> MessageSender::Create(
    const MessageSenderOptions& options) {
  auto impl = std::make_unique<Impl>();
  RETURN_IF_ERROR(impl->Start(options));
  return std::unique_ptr<MessageSender>(new MessageSender(std::move(impl)));
}

void MessageSender::Send(exchange::Delivery delivery, Done done) {
  impl_->Send(std::move(delivery), std::move(done));
}

}  // namespace dci::transport
