// A caller's system that takes callbacks over HTTP, and answers as it is told.
#ifndef CONVERGENCE_TESTS_E2E_LISTENER_H_
#define CONVERGENCE_TESTS_E2E_LISTENER_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "services/net/http_server.h"

namespace dci::e2e {

// Thread-safe.
class Listener : public net::HttpHandler {
 public:
  void Handle(net::HttpRequest request, net::Responder respond) override {
    net::HttpResponse response;
    response.headers.Add("Content-Type", "application/json");
    {
      std::lock_guard<std::mutex> lock(mutex_);
      bodies_.push_back(request.path + " " + request.body);
      response.status = status_;
      response.body = answer_;
    }
    arrived_.notify_all();
    respond(std::move(response));
  }

  // From now on. At first everything is acknowledged.
  void Answer(int status, std::string body) {
    std::lock_guard<std::mutex> lock(mutex_);
    status_ = status;
    answer_ = std::move(body);
  }

  // Waits until `count` requests with this text have arrived, at most 30
  // seconds; gives those that have, each as path, space, body.
  std::vector<std::string> Await(const std::string& text, size_t count = 1) {
    std::unique_lock<std::mutex> lock(mutex_);
    std::vector<std::string> found;
    arrived_.wait_for(lock, std::chrono::seconds(30), [&] {
      found.clear();
      for (const std::string& body : bodies_)
        if (absl::StrContains(body, text)) found.push_back(body);
      return found.size() >= count;
    });
    return found;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::string> bodies_;
  int status_ = 200;
  std::string answer_ = "{\"message\":{\"ack_status\":\"ACK\"}}";
};

}  // namespace dci::e2e

#endif  // CONVERGENCE_TESTS_E2E_LISTENER_H_
