// A TCP connection with or without TLS, as coroutines. Internal.
#ifndef CONVERGENCE_SERVICES_NET_STREAM_H_
#define CONVERGENCE_SERVICES_NET_STREAM_H_

#include <optional>

#include "boost/asio/buffer.hpp"
#include "boost/asio/cancellation_signal.hpp"
#include "boost/asio/ssl/stream.hpp"
#include "services/net/asio_types.h"
#include "services/net/tls_context.h"

namespace dci::net {

// One read and one write may be under way at a time.
class Stream {
 public:
  // Plain where `tls` is null.
  Stream(Socket socket, TlsContext tls);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Executor executor() { return socket_.get_executor(); }
  Socket& socket() { return socket_; }
  bool has_tls() const { return ssl_.has_value(); }
  SSL* ssl() { return ssl_->native_handle(); }

  // Only with TLS.
  Task<std::tuple<error_code>> Handshake(
      asio::ssl::stream_base::handshake_type side);
  Task<std::tuple<error_code>> ShutdownTls();

  Task<IoResult> ReadSome(asio::mutable_buffer buffer);
  // Ends a read under way with an error, leaving a write alone; the stream
  // cannot be read afterwards.
  void CancelRead() { cancel_read_.emit(asio::cancellation_type::terminal); }
  // Writes all of the buffers, one after another.
  Task<IoResult> Write(asio::const_buffer first, asio::const_buffer second,
                       asio::const_buffer third);

  // Ends everything under way with an error.
  void Close();

 private:
  Socket socket_;
  TlsContext tls_;  // outlives ssl_
  std::optional<asio::ssl::stream<Socket&>> ssl_;
  asio::cancellation_signal cancel_read_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_STREAM_H_
