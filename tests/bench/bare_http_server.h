// What an HTTP server costs at least: the other side of the ratios.
#ifndef CONVERGENCE_TESTS_BENCH_BARE_HTTP_SERVER_H_
#define CONVERGENCE_TESTS_BENCH_BARE_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "boost/asio/awaitable.hpp"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/detached.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/use_awaitable.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/http.hpp"

namespace dci::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

// Answers every request with `answer_bytes` of 'a', on loopback.
// As little as a Beast server can do: no limits, no timeouts, no pipelining.
class BareHttpServer {
 public:
  BareHttpServer(int threads, size_t answer_bytes)
      : answer_(answer_bytes, 'a'),
        context_(threads),
        acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(context_, Accept(), asio::detached);
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { context_.run(); });
    }
  }
  ~BareHttpServer() {
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
  }
  uint16_t port() { return acceptor_.local_endpoint().port(); }

 private:
  asio::awaitable<void> Accept() {
    for (;;) {
      tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
      auto shared = std::make_shared<tcp::socket>(std::move(socket));
      asio::co_spawn(context_, Serve(shared.get(), shared), asio::detached);
    }
  }
  asio::awaitable<void> Serve(tcp::socket* socket,
                              std::shared_ptr<tcp::socket> held) {
    socket->set_option(tcp::no_delay(true));
    boost::beast::flat_buffer buffer;
    for (;;) {
      http::request<http::string_body> request;
      co_await http::async_read(*socket, buffer, request, asio::use_awaitable);
      http::response<http::string_body> response(http::status::ok, 11);
      response.set(http::field::content_type, "application/json");
      response.body() = answer_;
      response.prepare_payload();
      co_await http::async_write(*socket, response, asio::use_awaitable);
    }
  }

  const std::string answer_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::vector<std::thread> threads_;
};

}  // namespace dci::bench

#endif  // CONVERGENCE_TESTS_BENCH_BARE_HTTP_SERVER_H_
