#include "services/net/server_connection.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "boost/asio/co_spawn.hpp"
#include "boost/asio/dispatch.hpp"

namespace dci::net {
namespace {

// A long answer is written in such pieces, each within the write timeout.
constexpr size_t kWritePiece = 256 << 10;
// How long a refused client may go on sending before it is cut. Closing at
// once would reset the connection and lose the refusal on its way.
constexpr absl::Duration kLinger = absl::Seconds(2);
// How long a peer has to say goodbye in TLS; many never do.
constexpr absl::Duration kTlsGoodbye = absl::Milliseconds(250);

ReaderLimits LimitsOf(const HttpServerOptions& options) {
  return {options.max_header_bytes, options.max_body_bytes,
          options.header_timeout, options.body_timeout};
}

std::string NumericAddress(const Socket& socket) {
  error_code ec;
  asio::ip::address address = socket.remote_endpoint(ec).address();
  if (ec) return "";
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address.to_string();
}

bool HasNoBody(int status) {
  return status / 100 == 1 || status == 204 || status == 304;
}

asio::const_buffer Buffer(const std::string& text) {
  return asio::buffer(text.data(), text.size());
}

}  // namespace

// What a Responder holds: the first answer goes to the connection's thread,
// if there still is one; the last copy gone without an answer is one too.
class ServerConnection::Ticket {
 public:
  Ticket(std::shared_ptr<ServerConnection> connection,
         std::shared_ptr<Slot> slot)
      : context_(connection->context_.lock()),
        connection_(connection),
        slot_(std::move(slot)) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  ~Ticket() {
    if (used_) return;
    if (auto connection = connection_.lock()) {
      Answer(connection->ErrorResponse(500, "the request was not answered"));
    }
  }

  void Answer(HttpResponse response) {
    if (used_.exchange(true)) return;
    std::shared_ptr<ServerConnection> connection = connection_.lock();
    if (connection == nullptr) return;
    auto deliver = [connection, slot = std::move(slot_),
                    response = std::move(response)]() mutable {
      slot->response = std::move(response);
      slot->ready = true;
      connection->answer_ready_.Notify();
    };
    asio::dispatch(*context_, std::move(deliver));
  }

 private:
  const std::shared_ptr<asio::io_context> context_;
  const std::weak_ptr<ServerConnection> connection_;
  std::shared_ptr<Slot> slot_;
  std::atomic<bool> used_ = false;
};

ServerConnection::ServerConnection(
    Socket socket, std::weak_ptr<asio::io_context> context, TlsContext tls,
    std::shared_ptr<const HttpServerOptions> options, HttpHandler* handler)
    : stream_(std::move(socket), std::move(tls)),
      context_(std::move(context)),
      shared_options_(std::move(options)),
      options_(*shared_options_),
      handler_(handler),
      peer_address_(NumericAddress(stream_.socket())),
      read_deadline_(stream_.executor(), [this] { OnReadDeadline(); }),
      write_deadline_(stream_.executor(), [this] { stream_.Close(); }),
      reader_(&stream_, &read_deadline_, LimitsOf(options_),
              [this] { SendContinue(); }),
      answer_ready_(stream_.executor()),
      room_(stream_.executor()),
      writer_ended_(stream_.executor()) {}

void ServerConnection::Start(std::function<void(ServerConnection*)> closed) {
  // Also after an exception (no memory): the connection is gone either way.
  auto ended = [self = shared_from_this(),
                closed = std::move(closed)](std::exception_ptr) {
    self->Cut();
    self->read_deadline_.Stop();
    self->write_deadline_.Stop();
    closed(self.get());
  };
  asio::co_spawn(stream_.executor(), Run(), std::move(ended));
}

Task<void> ServerConnection::Run() {
  const bool ready = co_await Handshake();
  if (!ready) co_return;
  auto ended = [self = shared_from_this()](std::exception_ptr) {
    self->OnWriterEnded();
  };
  asio::co_spawn(stream_.executor(), WriteLoop(), std::move(ended));
  co_await ReadLoop();
  reading_ended_ = true;
  answer_ready_.Notify();
  while (!writing_ended_) co_await writer_ended_.Wait();
}

void ServerConnection::OnWriterEnded() {
  writing_ended_ = true;
  Cut();
  writer_ended_.Notify();
}

Task<bool> ServerConnection::Handshake() {
  if (!stream_.has_tls()) co_return !cut_;
  // No other way out of a handshake than closing.
  write_deadline_.Set(options_.header_timeout);
  auto [ec] = co_await stream_.Handshake(asio::ssl::stream_base::server);
  write_deadline_.Clear();
  if (ec) co_return false;
  peer_ = IdentifyPeer(stream_.ssl());
  co_return !cut_;
}

void ServerConnection::OnReadDeadline() {
  if (!between_requests_) return reader_.TimedOut();
  // A client waiting for our answer is not idle.
  if (slots_.empty()) return stream_.CancelRead();
  read_deadline_.Set(options_.idle_timeout);
}

bool ServerConnection::HasRoom() const {
  return slots_.size() < options_.max_pipelined &&
         (unanswered_bytes_ == 0 ||
          unanswered_bytes_ < options_.max_body_bytes);
}

Task<void> ServerConnection::ReadLoop() {
  while (!draining_ && !cut_) {
    if (!HasRoom()) {
      co_await room_.Wait();
      continue;
    }
    between_requests_ = true;
    read_deadline_.Set(options_.idle_timeout);
    const bool more = co_await reader_.WaitForFirstByte();
    between_requests_ = false;
    if (!more || cut_) break;
    const bool keep_alive = co_await NextRequest();
    if (!keep_alive) break;
  }
  read_deadline_.Clear();
}

Task<bool> ServerConnection::NextRequest() {
  ReadResult read = co_await reader_.Read();
  if (cut_) co_return false;
  if (read.error_status != 0) {
    PushError(read.error_status, read.error_text);
    co_return false;
  }
  if (!read.request.has_value()) co_return false;
  const bool keep_alive = read.keep_alive;
  Accept(std::move(read));
  co_return keep_alive;
}

void ServerConnection::Accept(ReadResult read) {
  auto slot = std::make_shared<Slot>();
  slot->close = !read.keep_alive;
  slot->head = read.head;
  slot->http10 = read.http10;
  slots_.push_back(slot);
  HttpRequest request = *std::move(read.request);
  slot->body_bytes = request.body.size();
  unanswered_bytes_ += slot->body_bytes;
  request.peer_address = peer_address_;
  request.tls = stream_.has_tls();
  request.tls_client_subject = peer_.subject;
  request.tls_client_fingerprint = peer_.fingerprint;
  auto ticket = std::make_shared<Ticket>(shared_from_this(), std::move(slot));
  handler_->Handle(std::move(request), [ticket](HttpResponse response) {
    ticket->Answer(std::move(response));
  });
}

// The word belongs after the answers to earlier requests.
void ServerConnection::SendContinue() {
  auto slot = std::make_shared<Slot>();
  slot->interim = true;
  slot->ready = true;
  slots_.push_back(std::move(slot));
  answer_ready_.Notify();
}

HttpResponse ServerConnection::ErrorResponse(int status,
                                             absl::string_view text) const {
  HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json");
  response.body = options_.error_body
                      ? options_.error_body(status, text)
                      : absl::StrCat("{\"error\":\"", text, "\"}");
  return response;
}

void ServerConnection::PushError(int status, absl::string_view text) {
  auto slot = std::make_shared<Slot>();
  slot->response = ErrorResponse(status, text);
  slot->ready = true;
  slot->close = true;
  slot->unread = true;
  slots_.push_back(std::move(slot));
  answer_ready_.Notify();
}

Task<void> ServerConnection::WriteLoop() {
  bool gentle = true;
  bool unread = false;
  for (bool last = false; !last && !cut_;) {
    if (slots_.empty() && reading_ended_) break;
    if (slots_.empty() || !slots_.front()->ready) {
      co_await answer_ready_.Wait();
      continue;
    }
    const std::shared_ptr<Slot> slot = slots_.front();
    const bool no_more = reading_ended_ || (draining_ && between_requests_);
    if (no_more && slots_.size() == 1 && !slot->interim) slot->close = true;
    gentle = co_await WriteSlot(slot.get());
    last = !gentle || slot->close;
    unread = slot->unread;
    unanswered_bytes_ -= slot->body_bytes;
    slots_.pop_front();
    room_.Notify();
    // The wait for the next request starts when this one is answered.
    if (between_requests_) read_deadline_.Set(options_.idle_timeout);
  }
  if (gentle && !cut_) co_await CloseGently(unread);
}

Task<bool> ServerConnection::Write(asio::const_buffer first,
                                   asio::const_buffer second,
                                   asio::const_buffer third) {
  write_deadline_.Set(options_.write_timeout);
  auto [ec, size] = co_await stream_.Write(first, second, third);
  write_deadline_.Clear();
  co_return !ec;
}

Task<bool> ServerConnection::WriteSlot(Slot* slot) {
  static const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  bool ok = true;
  if (slot->interim) {
    ok = co_await Write(Buffer(kContinue));
    co_return ok;
  }
  if (!CheckHeaders(slot->response.headers).ok()) {
    slot->response = ErrorResponse(500, "the answer has a malformed header");
  }
  HeadOptions how;
  how.http10 = slot->http10;
  how.now = absl::Now();
  const bool streams = slot->response.producer != nullptr;
  if (HasNoBody(slot->response.status)) {
    how.framing = Framing::kNone;
  } else if (streams) {
    how.framing = slot->http10 ? Framing::kClose : Framing::kChunked;
  }
  if (how.framing == Framing::kClose) slot->close = true;
  how.close = slot->close;
  const std::string head = ResponseHead(slot->response, how);
  if (how.framing == Framing::kNone || slot->head) {
    ok = co_await Write(Buffer(head));
  } else if (!streams) {
    ok = co_await WriteBody(head, slot->response.body);
  } else {
    ok = co_await Write(Buffer(head));
    if (ok) ok = co_await WriteStream(slot, how.framing == Framing::kChunked);
  }
  co_return ok;
}

Task<bool> ServerConnection::WriteBody(const std::string& head,
                                       const std::string& body) {
  size_t done = std::min(body.size(), kWritePiece);
  bool ok = co_await Write(Buffer(head), asio::buffer(body.data(), done));
  while (ok && done < body.size()) {
    const size_t size = std::min(body.size() - done, kWritePiece);
    ok = co_await Write(asio::buffer(body.data() + done, size));
    done += size;
  }
  co_return ok;
}

Task<bool> ServerConnection::WriteStream(Slot* slot, bool chunked) {
  static const std::string kLineEnd = "\r\n";
  static const std::string kLastChunk = "0\r\n\r\n";
  static const std::string kNothing;
  for (bool more = true; more;) {
    std::string chunk;
    const absl::StatusOr<bool> produced = slot->response.producer(&chunk);
    if (!produced.ok()) co_return false;
    more = *produced;
    // An empty chunk would end the body.
    if (chunk.empty()) continue;
    const std::string size =
        chunked ? absl::StrFormat("%x\r\n", chunk.size()) : "";
    const bool ok = co_await Write(Buffer(size), Buffer(chunk),
                                   Buffer(chunked ? kLineEnd : kNothing));
    if (!ok) co_return false;
  }
  const bool ok = co_await Write(Buffer(chunked ? kLastChunk : kNothing));
  co_return ok;
}

Task<void> ServerConnection::CloseGently(bool unread) {
  if (stream_.has_tls() && reading_ended_) {
    write_deadline_.Set(kTlsGoodbye);
    co_await stream_.ShutdownTls();
  }
  write_deadline_.Set(kLinger);
  error_code ec;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ec);
  std::string thrown_away(16 << 10, '\0');
  while (unread && !ec) {
    std::tie(ec, std::ignore) = co_await stream_.socket().async_read_some(
        asio::buffer(thrown_away), kTuple);
  }
  write_deadline_.Clear();
}

void ServerConnection::Drain() {
  draining_ = true;
  if (between_requests_) stream_.CancelRead();
  room_.Notify();
  answer_ready_.Notify();
}

void ServerConnection::Cut() {
  cut_ = true;
  stream_.CancelRead();
  stream_.Close();
  room_.Notify();
  answer_ready_.Notify();
}

}  // namespace dci::net
