#include "services/net/http_server.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "boost/asio/basic_socket_acceptor.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/post.hpp"
#include "services/base/status_macros.h"
#include "services/net/server_connection.h"

namespace dci::net {
namespace {

using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;

// Where the system is out of file descriptors or memory, trying again at once
// would only spin.
constexpr auto kAcceptRetry = std::chrono::milliseconds(50);

// One thread and the connections it serves.
struct Worker {
  std::shared_ptr<asio::io_context> context =
      std::make_shared<asio::io_context>(1);
  asio::executor_work_guard<Executor> guard{context->get_executor()};
  absl::flat_hash_set<ServerConnection*> connections;  // its thread only
  std::thread thread;
};

absl::Status CheckOptions(const HttpServerOptions& o) {
  if (o.threads < 1 || o.max_connections < 1 || o.max_pipelined < 1) {
    return absl::InvalidArgumentError(
        "HTTP server: threads, connections and pipelined must be at least 1");
  }
  if (o.max_header_bytes < 256 || o.max_header_bytes > (16 << 20)) {
    return absl::InvalidArgumentError(
        "HTTP server: max_header_bytes is not within 256 to 16 MiB");
  }
  return absl::OkStatus();
}

absl::StatusOr<tcp::endpoint> BindEndpoint(const HttpServerOptions& options) {
  error_code ec;
  const auto address = asio::ip::make_address(options.bind_address, ec);
  if (!ec) return tcp::endpoint(address, options.port);
  return absl::InvalidArgumentError(
      absl::StrCat("HTTP server: ", options.bind_address,
                   " is not a numeric address to listen on"));
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, HttpHandler* handler, TlsContext tls)
      : options_(std::make_shared<const HttpServerOptions>(options)),
        handler_(handler),
        tls_(std::move(tls)),
        workers_(static_cast<size_t>(options.threads)),
        acceptor_(*workers_[0].context),
        accept_again_(workers_[0].context->get_executor()) {}
  ~Impl() { Shutdown(absl::ZeroDuration()).IgnoreError(); }

  absl::Status Listen(const tcp::endpoint& endpoint);
  void Run();
  absl::Status Shutdown(absl::Duration drain);
  uint16_t port() const { return port_; }
  size_t connections() const { return open_; }

 private:
  Task<void> AcceptLoop();
  void Adopt(Worker* worker, Socket socket);
  void OnClosed(Worker* worker, ServerConnection* connection);
  void OnEach(void (ServerConnection::*action)());
  bool AwaitNone(absl::Time deadline);
  void StopAccepting();

  const std::shared_ptr<const HttpServerOptions> options_;
  HttpHandler* const handler_;
  const TlsContext tls_;
  uint16_t port_ = 0;
  std::vector<Worker> workers_;

  // Thread of the first worker.
  Acceptor acceptor_;
  Timer accept_again_;
  bool stopping_ = false;

  std::atomic<size_t> open_ = 0;
  std::mutex mutex_;
  std::condition_variable none_left_;

  std::mutex shutdown_mutex_;
  bool shut_down_ = false;
  absl::Status shutdown_status_;
};

absl::Status HttpServer::Impl::Listen(const tcp::endpoint& endpoint) {
  error_code ec;
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    return absl::UnavailableError(absl::StrCat(
        "HTTP server: cannot listen on ", endpoint.address().to_string(),
        " port ", endpoint.port(), ": ", ec.message()));
  }
  port_ = acceptor_.local_endpoint().port();
  return absl::OkStatus();
}

void HttpServer::Impl::Run() {
  asio::co_spawn(*workers_[0].context, AcceptLoop(), [](std::exception_ptr) {});
  for (Worker& worker : workers_) {
    worker.thread = std::thread([&worker] { worker.context->run(); });
  }
}

Task<void> HttpServer::Impl::AcceptLoop() {
  for (size_t next = 0; !stopping_;) {
    if (open_ >= options_->max_connections) {
      accept_again_.expires_at(SteadyClock::time_point::max());
      // A close on another thread between check and wait would be missed:
      // OnClosed posts its wake-up to this thread, where it comes later.
      co_await accept_again_.async_wait(kTuple);
      continue;
    }
    Worker& worker = workers_[next];
    auto [ec, socket] =
        co_await acceptor_.async_accept(*worker.context, kTuple);
    if (stopping_) break;
    if (ec) {
      accept_again_.expires_after(kAcceptRetry);
      co_await accept_again_.async_wait(kTuple);
      continue;
    }
    next = (next + 1) % workers_.size();
    ++open_;
    asio::post(*worker.context,
               [this, &worker, socket = std::move(socket)]() mutable {
                 Adopt(&worker, std::move(socket));
               });
  }
}

void HttpServer::Impl::Adopt(Worker* worker, Socket socket) {
  auto connection = std::make_shared<ServerConnection>(
      std::move(socket), worker->context, tls_, options_, handler_);
  worker->connections.insert(connection.get());
  connection->Start(
      [this, worker](ServerConnection* c) { OnClosed(worker, c); });
}

void HttpServer::Impl::OnClosed(Worker* worker, ServerConnection* connection) {
  worker->connections.erase(connection);
  const std::lock_guard<std::mutex> lock(mutex_);
  --open_;
  // Within the lock: who waits for the last one then ends this thread.
  asio::post(*workers_[0].context, [this] { accept_again_.cancel(); });
  if (open_ == 0) none_left_.notify_all();
}

void HttpServer::Impl::OnEach(void (ServerConnection::*action)()) {
  for (Worker& worker : workers_) {
    asio::post(*worker.context, [&worker, action] {
      const std::vector<ServerConnection*> now(worker.connections.begin(),
                                               worker.connections.end());
      for (ServerConnection* connection : now) (connection->*action)();
    });
  }
}

bool HttpServer::Impl::AwaitNone(absl::Time deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  return none_left_.wait_until(lock, absl::ToChronoTime(deadline),
                               [this] { return open_ == 0; });
}

// Waits until the accept loop can add no connection any more.
void HttpServer::Impl::StopAccepting() {
  std::promise<void> stopped;
  asio::post(*workers_[0].context, [this, &stopped] {
    stopping_ = true;
    error_code ignored;  // closed is closed
    acceptor_.close(ignored);
    accept_again_.cancel();
    stopped.set_value();
  });
  stopped.get_future().wait();
}

absl::Status HttpServer::Impl::Shutdown(absl::Duration drain) {
  const std::lock_guard<std::mutex> lock(shutdown_mutex_);
  if (shut_down_) return shutdown_status_;
  shut_down_ = true;
  if (!workers_[0].thread.joinable()) return absl::OkStatus();
  StopAccepting();
  OnEach(&ServerConnection::Drain);
  if (!AwaitNone(absl::Now() + drain)) {
    shutdown_status_ = absl::DeadlineExceededError(
        "HTTP server: requests were cut at the end of the drain time");
    OnEach(&ServerConnection::Cut);
    AwaitNone(absl::InfiniteFuture());
  }
  for (Worker& worker : workers_) worker.guard.reset();
  for (Worker& worker : workers_) worker.thread.join();
  return shutdown_status_;
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const HttpServerOptions& options, HttpHandler* handler) {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(const tcp::endpoint endpoint, BindEndpoint(options));
  TlsContext tls;
  if (options.tls.has_value()) {
    ASSIGN_OR_RETURN(tls, MakeServerContext(*options.tls));
  }
  auto impl = std::make_unique<Impl>(options, handler, std::move(tls));
  RETURN_IF_ERROR(impl->Listen(endpoint));
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
uint16_t HttpServer::port() const { return impl_->port(); }
size_t HttpServer::connections() const { return impl_->connections(); }
absl::Status HttpServer::Shutdown(absl::Duration drain) {
  return impl_->Shutdown(drain);
}

}  // namespace dci::net
