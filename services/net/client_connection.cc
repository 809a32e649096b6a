#include "services/net/client_connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dci::net {
namespace {

constexpr size_t kRead = 16 << 10;
// Interim answers (1xx) before the real one; a peer may not go on for ever.
constexpr int kMaxInterim = 16;

absl::Status Broken(absl::string_view what, const error_code& ec) {
  return absl::UnavailableError(absl::StrCat(what, ": ", ec.message()));
}

absl::Status Malformed(const error_code& ec) {
  if (ec == beast::http::error::body_limit) {
    return absl::ResourceExhaustedError("the answer is too large");
  }
  if (ec == beast::http::error::header_limit) {
    return absl::ResourceExhaustedError("the answer's header is too large");
  }
  return absl::DataLossError(
      absl::StrCat("the answer is not HTTP/1.1: ", ec.message()));
}

absl::Status ClosedEarly(const error_code& ec) {
  return Broken("the connection ended before the answer did", ec);
}

}  // namespace

ClientConnection::ClientConnection(const Executor& executor,
                                   const ResponseLimits& limits)
    : limits_(limits), connecting_(executor) {}

Task<absl::Status> ClientConnection::Connect(const tcp::endpoint& endpoint,
                                             const std::string& host,
                                             const TlsContext* tls) {
  const std::string where =
      absl::StrCat(endpoint.address().to_string(), " port ", endpoint.port());
  auto [connected] = co_await connecting_.async_connect(endpoint, kTuple);
  if (connected) co_return Broken("connect to " + where, connected);
  StartStream(tls);
  if (!stream_->has_tls()) co_return absl::OkStatus();
  const absl::Status expected = ExpectHost(stream_->ssl(), host);
  if (!expected.ok()) co_return expected;
  auto [shaken] = co_await stream_->Handshake(asio::ssl::stream_base::client);
  if (!shaken) co_return absl::OkStatus();
  const long verified = SSL_get_verify_result(stream_->ssl());
  if (verified != X509_V_OK) {
    co_return absl::UnavailableError(
        absl::StrCat("TLS with ", where, ": the certificate is not accepted: ",
                     X509_verify_cert_error_string(verified)));
  }
  co_return Broken("TLS with " + where, shaken);
}

void ClientConnection::StartStream(const TlsContext* tls) {
  stream_.emplace(std::move(connecting_), tls == nullptr ? nullptr : *tls);
}

Task<error_code> ClientConnection::Fill() {
  auto [ec, size] = co_await stream_->ReadSome(buffer_.prepare(kRead));
  buffer_.commit(size);
  if (size > 0) answer_began_ = true;
  co_return ec;
}

Task<Exchanged> ClientConnection::Exchange(const WireRequest& request) {
  reusable_ = false;
  answer_began_ = false;
  Exchanged result;
  auto [ec, size] = co_await stream_->Write(asio::buffer(request.head),
                                            asio::buffer(request.body), {});
  // A server may refuse and close before it has read everything: what it
  // said is worth more than the error.
  std::optional<Parser> parser;
  absl::Status status = co_await ReadHeader(&parser, request.is_head);
  if (status.ok()) status = co_await ReadBody(&*parser);
  result.answer_began = answer_began_;
  if (status.ok()) {
    HttpResponse response;
    response.status = parser->status;
    response.headers = std::move(parser->headers);
    response.body = std::move(parser->body);
    result.response = std::move(response);
    reusable_ = !ec && parser->keep_alive() && buffer_.size() == 0;
  } else {
    const bool write_failed = ec && !answer_began_;
    result.response = write_failed ? Broken("send", ec) : status;
  }
  co_return result;
}

// Leaves in `parser` the first answer that is not interim.
Task<absl::Status> ClientConnection::ReadHeader(std::optional<Parser>* parser,
                                                bool is_head) {
  for (int interim = 0; interim < kMaxInterim; ++interim) {
    parser->emplace(limits_.max_header_bytes, limits_.max_body_bytes);
    if (is_head) (*parser)->skip(true);
    for (;;) {
      const error_code ec = (*parser)->Feed(&buffer_);
      if (ec) co_return Malformed(ec);
      if ((*parser)->is_header_done()) break;
      const error_code ended = co_await Fill();
      if (ended) co_return ClosedEarly(ended);
    }
    if ((*parser)->status >= 200) co_return absl::OkStatus();
  }
  co_return absl::DataLossError("the answer never ends its interim answers");
}

Task<absl::Status> ClientConnection::ReadBody(Parser* parser) {
  if (!parser->is_done()) parser->ContinueToBody();
  while (!parser->is_done()) {
    error_code ec = parser->Feed(&buffer_);
    if (ec) co_return Malformed(ec);
    if (parser->is_done()) break;
    const error_code ended = co_await Fill();
    if (!ended) continue;
    // Without a length the end of the connection is the end of the answer,
    // but only an orderly one: in TLS anybody can cut the wire.
    const bool orderly = ended == asio::error::eof;
    if (!parser->need_eof() || !orderly) co_return ClosedEarly(ended);
    parser->put_eof(ec);
  }
  co_return absl::OkStatus();
}

bool ClientConnection::LooksAlive() {
  char byte;
  const ssize_t n = recv(stream_->socket().native_handle(), &byte, 1,
                         MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void ClientConnection::Close() {
  error_code ignored;  // closed is closed
  connecting_.close(ignored);
  if (stream_.has_value()) stream_->Close();
}

}  // namespace dci::net
