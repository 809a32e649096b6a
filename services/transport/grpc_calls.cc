#include "services/transport/grpc_calls.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/server_context.h"
#include "services/schema/reason.h"
#include "services/transport/byte_buffer.h"

namespace dci::transport {
namespace {

std::string Metadata(const grpc::CallbackServerContext& context,
                     const char* name) {
  const auto& all = context.client_metadata();
  const auto it = all.find(name);
  return it == all.end() ? std::string()
                         : std::string(it->second.data(), it->second.size());
}

std::string TlsSubject(const grpc::CallbackServerContext& context) {
  const auto session = context.auth_context();
  if (session == nullptr || !session->IsPeerAuthenticated()) return "";
  const auto names = session->FindPropertyValues("x509_subject");
  return names.empty() ? "" : std::string(names[0].data(), names[0].size());
}

grpc::Status StatusOf(const absl::Status& refusal) {
  return grpc::Status(static_cast<grpc::StatusCode>(refusal.raw_code()),
                      std::string(refusal.message()));
}

exchange::RawMessage RawMessageOf(const schema::Method* method,
                                  absl::Duration default_timeout,
                                  const grpc::CallbackServerContext& context,
                                  const grpc::ByteBuffer& request) {
  exchange::RawMessage message;
  message.wire = exchange::Wire::kGrpc;
  message.method = method;
  message.bytes = ToString(request);
  message.credentials = CredentialsOf(context);
  message.peer_address = context.peer();
  message.received = absl::Now();
  message.deadline = std::min(absl::FromChrono(context.deadline()),
                              message.received + default_timeout);
  return message;
}

// Writes one envelope a page; asks for the next once the last is taken, so
// that a slow caller holds one page in memory and no more.
class EnvelopeStream : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  void Take(exchange::Answer page, std::function<void()> next) {
    next_ = std::move(next);
    page_ = ToByteBuffer(page.bytes);
    StartWrite(&page_);
  }

  void OnWriteDone(bool ok) override {
    // Either call may end the stream, and this object with it: letting go of
    // `next` uncalled tells the pipeline that the caller is gone.
    const std::function<void()> next = std::exchange(next_, nullptr);
    if (ok) next();
  }

  void OnDone() override { delete this; }

 private:
  std::function<void()> next_;
  grpc::ByteBuffer page_;
};

// Lives until gRPC is done with it and its owner lets go of it.
class PlainStreamCall : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                        public PlainStream,
                        public std::enable_shared_from_this<PlainStreamCall> {
 public:
  // gRPC holds a share, too.
  static std::shared_ptr<PlainStreamCall> Make() {
    auto call = std::make_shared<PlainStreamCall>();
    call->self_ = call;
    return call;
  }

  void Write(std::string bytes, std::function<void(bool)> written) override {
    written_ = std::move(written);
    message_ = ToByteBuffer(bytes);
    StartWrite(&message_);
  }
  void Finish(const absl::Status& status) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      on_gone_ = nullptr;
    }
    grpc::ServerWriteReactor<grpc::ByteBuffer>::Finish(
        status.ok() ? grpc::Status::OK : StatusOf(status));
  }
  void OnGone(std::function<void()> gone) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!is_gone_) {
        on_gone_ = std::move(gone);
        return;
      }
    }
    gone();
  }

  void OnWriteDone(bool ok) override { std::exchange(written_, nullptr)(ok); }
  void OnCancel() override {
    std::function<void()> gone;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      is_gone_ = true;
      gone.swap(on_gone_);
    }
    if (gone) gone();
  }
  void OnDone() override { self_.reset(); }

 private:
  std::shared_ptr<PlainStreamCall> self_;
  std::function<void(bool)> written_;
  grpc::ByteBuffer message_;
  std::mutex mutex_;
  bool is_gone_ = false;
  std::function<void()> on_gone_;
};

// Ends itself once gRPC is done with it; its owner calls Finish just once.
class UnaryCall : public grpc::ServerUnaryReactor {
 public:
  void OnDone() override { delete this; }
};

}  // namespace

trust::Credentials CredentialsOf(const grpc::CallbackServerContext& context) {
  trust::Credentials credentials;
  credentials.authorization = Metadata(context, "authorization");
  credentials.x_api_token = Metadata(context, "x-api-token");
  credentials.tls_subject = TlsSubject(context);
  return credentials;
}

grpc::Status FinishWith(const exchange::Answer& answer,
                        grpc::CallbackServerContext* context) {
  if (answer.status.ok()) return grpc::Status::OK;
  context->AddTrailingMetadata("dci-error-bin", answer.bytes);
  if (answer.retry_after > absl::ZeroDuration())
    context->AddTrailingMetadata(
        "retry-after", absl::StrCat(absl::ToInt64Seconds(
                           absl::Ceil(answer.retry_after, absl::Seconds(1)))));
  return StatusOf(answer.status);
}

grpc::ServerUnaryReactor* StartEnvelopeCall(
    const schema::Method* method, exchange::Pipeline* pipeline,
    absl::Duration default_timeout, grpc::CallbackServerContext* context,
    const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  auto* call = new UnaryCall;
  pipeline->Handle(RawMessageOf(method, default_timeout, *context, *request),
                   [call, context, response](exchange::Answer answer) {
                     const grpc::Status status = FinishWith(answer, context);
                     if (status.ok()) *response = ToByteBuffer(answer.bytes);
                     call->Finish(status);
                   });
  return call;
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartEnvelopeStream(
    const schema::Method* method, exchange::Pipeline* pipeline,
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  auto* stream = new EnvelopeStream;
  // Large results take as long as the caller lets them.
  pipeline->HandleStream(
      RawMessageOf(method, absl::InfiniteDuration(), *context, *request),
      [stream](exchange::Answer page, std::function<void()> next) {
        stream->Take(std::move(page), std::move(next));
      },
      [stream, context](exchange::Answer answer) {
        stream->Finish(FinishWith(answer, context));
      });
  return stream;
}

grpc::ServerUnaryReactor* StartPlainCall(const schema::Method* method,
                                         const PlainHandler* handler,
                                         grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) {
  auto* call = new UnaryCall;
  (*handler)(PlainCall{method, ToString(*request), CredentialsOf(*context),
                       context->peer()},
             [call, response](absl::StatusOr<std::string> answer) {
               if (answer.ok()) *response = ToByteBuffer(*answer);
               call->Finish(answer.ok() ? grpc::Status::OK
                                        : StatusOf(answer.status()));
             });
  return call;
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartPlainStream(
    const schema::Method* method, const PlainStreamHandler* handler,
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  const std::shared_ptr<PlainStreamCall> call = PlainStreamCall::Make();
  (*handler)(PlainCall{method, ToString(*request), CredentialsOf(*context),
                       context->peer()},
             call);
  return call.get();
}

}  // namespace dci::transport
