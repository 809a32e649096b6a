#include "services/net/http_client.h"

#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/thread_pool.hpp"
#include "services/base/status_macros.h"
#include "services/net/client_call.h"
#include "services/net/system_resolver.h"

namespace dci::net {
namespace {

using Done = std::function<void(absl::StatusOr<HttpResponse>)>;

// So many names may hang in the system's resolver before others wait.
constexpr size_t kResolverThreads = 4;

struct Worker {
  Worker(std::shared_ptr<const HttpClientOptions> options,
         const TlsContext& tls)
      : shared(std::move(options), tls) {}
  ClientThread shared;
  asio::executor_work_guard<Executor> guard{shared.context->get_executor()};
  absl::flat_hash_set<ClientCall*> calls;  // its thread only
  bool stopping = false;                   // its thread only
  std::thread thread;
};

}  // namespace

class HttpClient::Impl {
 public:
  Impl(const HttpClientOptions& options, const TlsContext& tls);
  ~Impl();

  void Send(HttpClientRequest request, Done done);

 private:
  void Fail(absl::Status status, Done done);
  void Begin(Worker* worker, std::shared_ptr<ClientCall> call,
             absl::Duration timeout, Done done);
  void Finished();

  asio::thread_pool resolvers_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex mutex_;
  std::condition_variable none_left_;
  size_t pending_ = 0;  // calls whose `done` has not returned
};

HttpClient::Impl::Impl(const HttpClientOptions& options, const TlsContext& tls)
    : resolvers_(options.resolver ? 1 : kResolverThreads) {
  auto shared = std::make_shared<HttpClientOptions>(options);
  if (!shared->resolver) {
    // Own threads: Asio's own resolver has one for all names.
    shared->resolver = [this](const std::string& host, auto done) {
      asio::post(resolvers_, [host, done = std::move(done)] {
        done(ResolveWithSystem(host));
      });
    };
  }
  for (int i = 0; i < options.threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(shared, tls));
    Worker* worker = workers_.back().get();
    worker->thread = std::thread([worker] { worker->shared.context->run(); });
  }
}

HttpClient::Impl::~Impl() {
  for (const auto& worker : workers_) {
    asio::post(*worker->shared.context, [w = worker.get()] {
      w->stopping = true;
      for (ClientCall* call : w->calls) call->Cancel();
    });
  }
  {
    std::unique_lock<std::mutex> lock(mutex_);
    none_left_.wait(lock, [this] { return pending_ == 0; });
  }
  for (const auto& worker : workers_) {
    asio::post(*worker->shared.context,
               [w = worker.get()] { w->shared.pool.CloseIdle(); });
    worker->guard.reset();
    worker->thread.join();
  }
  resolvers_.stop();
  resolvers_.join();
}

void HttpClient::Impl::Finished() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (--pending_ == 0) none_left_.notify_all();
}

void HttpClient::Impl::Fail(absl::Status status, Done done) {
  asio::post(*workers_[0]->shared.context,
             [this, status = std::move(status), done = std::move(done)] {
               done(status);
               Finished();
             });
}

void HttpClient::Impl::Send(HttpClientRequest request, Done done) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++pending_;
  }
  absl::StatusOr<Url> url = ParseUrl(request.url);
  if (!url.ok()) return Fail(url.status(), std::move(done));
  absl::StatusOr<WireRequest> wire = MakeWireRequest(*url, &request);
  if (!wire.ok()) return Fail(wire.status(), std::move(done));
  const size_t hash = std::hash<std::string>()(url->Origin());
  Worker* worker = workers_[hash % workers_.size()].get();
  auto call =
      std::make_shared<ClientCall>(&worker->shared, *std::move(url),
                                   *std::move(wire), request.safe_to_resend);
  asio::post(*worker->shared.context,
             [this, worker, call = std::move(call), done = std::move(done),
              timeout = request.timeout]() mutable {
               Begin(worker, std::move(call), timeout, std::move(done));
             });
}

void HttpClient::Impl::Begin(Worker* worker, std::shared_ptr<ClientCall> call,
                             absl::Duration timeout, Done done) {
  worker->calls.insert(call.get());
  if (worker->stopping) call->Cancel();
  auto ended = [this, worker, call, done = std::move(done)](
                   std::exception_ptr thrown,
                   absl::StatusOr<HttpResponse> answer) mutable {
    worker->calls.erase(call.get());
    if (thrown) answer = absl::InternalError("HTTP client: no memory");
    done(std::move(answer));
    call.reset();
    Finished();
  };
  asio::co_spawn(worker->shared.context->get_executor(), call->Run(timeout),
                 std::move(ended));
}

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Create(
    const HttpClientOptions& options) {
  if (options.threads < 1 || options.max_connections_per_host < 1) {
    return absl::InvalidArgumentError(
        "HTTP client: threads and connections must be at least 1");
  }
  ASSIGN_OR_RETURN(const TlsContext tls, MakeClientContext(options.tls));
  return std::unique_ptr<HttpClient>(
      new HttpClient(std::make_unique<Impl>(options, tls)));
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

void HttpClient::Send(HttpClientRequest request, Done done) {
  impl_->Send(std::move(request), std::move(done));
}

absl::StatusOr<HttpResponse> HttpClient::Call(HttpClientRequest request) {
  std::promise<absl::StatusOr<HttpResponse>> answer;
  Send(std::move(request), [&answer](absl::StatusOr<HttpResponse> response) {
    answer.set_value(std::move(response));
  });
  return answer.get_future().get();
}

}  // namespace dci::net
