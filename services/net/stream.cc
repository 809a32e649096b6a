#include "services/net/stream.h"

#include <array>
#include <utility>

#include "boost/asio/bind_cancellation_slot.hpp"
#include "boost/asio/write.hpp"

namespace dci::net {

Stream::Stream(Socket socket, TlsContext tls)
    : socket_(std::move(socket)), tls_(std::move(tls)) {
  if (tls_ != nullptr) ssl_.emplace(socket_, *tls_);
  error_code ignored;  // a peer that is gone shows at the first read
  socket_.set_option(tcp::no_delay(true), ignored);
}

Task<std::tuple<error_code>> Stream::Handshake(
    asio::ssl::stream_base::handshake_type side) {
  return ssl_->async_handshake(side, kTuple);
}

Task<std::tuple<error_code>> Stream::ShutdownTls() {
  return ssl_->async_shutdown(kTuple);
}

Task<IoResult> Stream::ReadSome(asio::mutable_buffer buffer) {
  auto token = asio::bind_cancellation_slot(cancel_read_.slot(), kTuple);
  if (ssl_.has_value()) return ssl_->async_read_some(buffer, token);
  return socket_.async_read_some(buffer, token);
}

Task<IoResult> Stream::Write(asio::const_buffer first,
                             asio::const_buffer second,
                             asio::const_buffer third) {
  const std::array<asio::const_buffer, 3> buffers = {first, second, third};
  if (ssl_.has_value()) return asio::async_write(*ssl_, buffers, kTuple);
  return asio::async_write(socket_, buffers, kTuple);
}

void Stream::Close() {
  error_code ignored;  // closed is closed
  socket_.close(ignored);
}

}  // namespace dci::net
