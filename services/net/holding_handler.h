// Handlers for tests of server and client.
#ifndef CONVERGENCE_SERVICES_NET_HOLDING_HANDLER_H_
#define CONVERGENCE_SERVICES_NET_HOLDING_HANDLER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "services/net/http_server.h"

namespace dci::net {

// Answers at once with what a function makes of the request.
class FunctionHandler : public HttpHandler {
 public:
  explicit FunctionHandler(std::function<HttpResponse(HttpRequest)> f)
      : f_(std::move(f)) {}
  void Handle(HttpRequest request, Responder respond) override {
    respond(f_(std::move(request)));
  }

 private:
  const std::function<HttpResponse(HttpRequest)> f_;
};

// Answers nothing by itself: the test takes request and responder.
class HoldingHandler : public HttpHandler {
 public:
  using Call = std::pair<HttpRequest, Responder>;

  void Handle(HttpRequest request, Responder respond) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.emplace_back(std::move(request), std::move(respond));
    arrived_.notify_all();
  }
  // Waits for the next request.
  Call Take() {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait(lock, [this] { return !calls_.empty(); });
    Call call = std::move(calls_.front());
    calls_.pop_front();
    return call;
  }
  size_t waiting() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return calls_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Call> calls_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_HOLDING_HANDLER_H_
