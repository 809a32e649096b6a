#include "services/transport/grpc_caller.h"

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "services/transport/byte_buffer.h"

namespace dci::transport {
namespace {

constexpr char kErrorTrailer[] = "dci-error-bin";
constexpr char kErrorPayload[] = "dci/error";

// One call; lives until its completion has run.
struct Pending {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
};

absl::StatusOr<std::string> Result(const Pending& call,
                                   const grpc::Status& status) {
  if (status.ok()) return ToString(call.response);
  absl::Status error =
      FromGrpcStatus(status.error_code(), status.error_message());
  const auto& trailers = call.context.GetServerTrailingMetadata();
  if (auto it = trailers.find(kErrorTrailer); it != trailers.end())
    error.SetPayload(kErrorPayload, absl::Cord(absl::string_view(
                                        it->second.data(), it->second.size())));
  return error;
}

}  // namespace

absl::Status FromGrpcStatus(int code, absl::string_view message) {
  return absl::Status(static_cast<absl::StatusCode>(code), message);
}

class GrpcCaller::Impl {
 public:
  explicit Impl(const net::TlsClientOptions* tls) {
    if (tls == nullptr) {
      credentials_ = grpc::InsecureChannelCredentials();
      return;
    }
    credentials_ = grpc::SslCredentials(
        {tls->ca_pem, tls->private_key_pem, tls->certificate_chain_pem});
  }

  ~Impl() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (Pending* call : pending_) call->context.TryCancel();
    idle_.wait(lock, [this] { return pending_.empty(); });
  }

  void Call(const std::string& target, const std::string& method,
            const std::string& request, absl::Duration timeout,
            std::function<void(absl::StatusOr<std::string>)> done) {
    auto* call = new Pending;
    call->request = ToByteBuffer(request);
    call->context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    grpc::GenericStub* stub;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      pending_.insert(call);
      stub = StubFor(target);
    }
    stub->UnaryCall(&call->context, method, {}, &call->request, &call->response,
                    [this, call, done = std::move(done)](grpc::Status status) {
                      done(Result(*call, status));
                      Finished(call);
                    });
  }

 private:
  grpc::GenericStub* StubFor(const std::string& target) {
    std::unique_ptr<grpc::GenericStub>& stub = stubs_[target];
    if (stub == nullptr)
      stub = std::make_unique<grpc::GenericStub>(
          grpc::CreateChannel(target, credentials_));
    return stub.get();
  }

  void Finished(Pending* call) {
    std::lock_guard<std::mutex> lock(mutex_);
    pending_.erase(call);
    delete call;
    if (pending_.empty()) idle_.notify_all();
  }

  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::string, std::unique_ptr<grpc::GenericStub>> stubs_;
  std::set<Pending*> pending_;
};

GrpcCaller::GrpcCaller(const net::TlsClientOptions* tls)
    : impl_(std::make_unique<Impl>(tls)) {}

GrpcCaller::~GrpcCaller() = default;

void GrpcCaller::Call(const std::string& target, const std::string& method,
                      const std::string& request, absl::Duration timeout,
                      std::function<void(absl::StatusOr<std::string>)> done) {
  impl_->Call(target, method, request, timeout, std::move(done));
}

absl::StatusOr<std::string> GrpcCaller::CallAndWait(const std::string& target,
                                                    const std::string& method,
                                                    const std::string& request,
                                                    absl::Duration timeout) {
  std::promise<absl::StatusOr<std::string>> answer;
  Call(target, method, request, timeout,
       [&answer](absl::StatusOr<std::string> result) {
         answer.set_value(std::move(result));
       });
  return answer.get_future().get();
}

}  // namespace dci::transport
