// An HTTP server that answers as the test says, and remembers what it got.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_FAKE_SERVER_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_FAKE_SERVER_H_

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/net/http_server.h"

namespace dci::client {

class FakeServer : public net::HttpHandler {
 public:
  using Answer =
      std::function<net::HttpResponse(const net::HttpRequest& request)>;

  FakeServer() { server_ = net::HttpServer::Start({}, this).value(); }
  ~FakeServer() override { server_.reset(); }

  std::string url() const {
    return absl::StrCat("http://127.0.0.1:", server_->port());
  }

  // Answers in turn; the last one for all that follow.
  void Then(Answer answer) {
    std::lock_guard<std::mutex> lock(mu_);
    answers_.push_back(std::move(answer));
  }
  void Then(int status, std::string body, net::Headers headers = {}) {
    Then([=](const net::HttpRequest&) {
      net::HttpResponse response;
      response.status = status;
      response.body = body;
      response.headers = headers;
      return response;
    });
  }

  std::vector<net::HttpRequest> requests() const {
    std::lock_guard<std::mutex> lock(mu_);
    return requests_;
  }

  void Handle(net::HttpRequest request, net::Responder respond) override {
    Answer answer;
    {
      std::lock_guard<std::mutex> lock(mu_);
      requests_.push_back(request);
      answer = answers_.front();
      if (answers_.size() > 1) answers_.pop_front();
    }
    respond(answer(request));
  }

 private:
  mutable std::mutex mu_;
  std::deque<Answer> answers_;
  std::vector<net::HttpRequest> requests_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_FAKE_SERVER_H_
