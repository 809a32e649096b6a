#include "services/net/request_reader.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/time/clock.h"

namespace dci::net {
namespace {

constexpr size_t kHeaderRead = 4 << 10;  // most requests fit
constexpr size_t kBodyRead = 64 << 10;
constexpr size_t kKeepCapacity = 8 << 10;  // of the buffer of an idle client

ReadResult Refuse(int status, absl::string_view text) {
  ReadResult result;
  result.error_status = status;
  result.error_text = text;
  return result;
}

ReadResult Refuse(const error_code& ec) {
  namespace http = beast::http;
  if (ec == http::error::header_limit) {
    return Refuse(431, "the header is too large");
  }
  if (ec == http::error::body_limit) {
    return Refuse(413, "the body is too large");
  }
  if (ec == http::error::bad_version) {
    return Refuse(400, "the HTTP version is not 1.0 or 1.1");
  }
  return Refuse(400, "the request is not well-formed HTTP/1.1");
}

// What Beast leaves to its user of RFC 9112 3.2 and 6.1: ambiguities here
// let two servers in a row see different requests.
ReadResult CheckHeader(const MessageParser<true>& parser) {
  const bool http10 = parser.minor_version == 0;
  const auto hosts = parser.headers.GetAll("host");
  if (hosts.size() > 1 || (hosts.empty() && !http10)) {
    return Refuse(400, "exactly one Host field is required");
  }
  const auto codings = parser.headers.GetAll("transfer-encoding");
  if (!codings.empty() && http10) {
    return Refuse(400, "HTTP/1.0 has no Transfer-Encoding");
  }
  if (codings.size() > 1 ||
      (!codings.empty() && !absl::EqualsIgnoreCase(codings[0], "chunked"))) {
    return Refuse(501, "the only transfer coding is chunked");
  }
  const absl::string_view expect = parser.headers.GetOr("expect");
  if (!expect.empty() && !absl::EqualsIgnoreCase(expect, "100-continue")) {
    return Refuse(417, "the only expectation is 100-continue");
  }
  return ReadResult();
}

// The part of the target that names the resource: without scheme and host,
// which proxies send (RFC 9112 3.2.2). False where it is neither form.
bool SplitTarget(HttpRequest* request) {
  absl::string_view rest = request->target;
  const size_t scheme = rest.find("://");
  if (!absl::StartsWith(rest, "/") && scheme != absl::string_view::npos) {
    rest.remove_prefix(scheme + 3);
    rest.remove_prefix(std::min(rest.size(), rest.find_first_of("/?")));
  } else if (!absl::StartsWith(rest, "/") && rest != "*") {
    return false;
  }
  rest = rest.substr(0, rest.find('#'));
  const size_t mark = rest.find('?');
  request->path = std::string(rest.substr(0, mark));
  if (request->path.empty()) request->path = "/";
  if (mark != absl::string_view::npos) {
    request->query = std::string(rest.substr(mark + 1));
  }
  return true;
}

}  // namespace

Task<bool> RequestReader::Fill(size_t bytes) {
  auto [ec, size] = co_await stream_.ReadSome(buffer_.prepare(bytes));
  buffer_.commit(size);
  co_return !ec;
}

// RFC 9112 2.2: some clients end a body with an empty line too many.
bool RequestReader::SkipEmptyLines() {
  const auto* bytes = static_cast<const char*>(buffer_.data().data());
  size_t n = 0;
  while (n < buffer_.size() && (bytes[n] == '\r' || bytes[n] == '\n')) ++n;
  buffer_.consume(n);
  return buffer_.size() > 0;
}

Task<bool> RequestReader::WaitForFirstByte() {
  while (!SkipEmptyLines()) {
    if (buffer_.capacity() > kKeepCapacity) buffer_.shrink_to_fit();
    const bool more = co_await Fill(kHeaderRead);
    if (!more) co_return false;
  }
  co_return true;
}

ReadResult RequestReader::Ended() const {
  return timed_out_ ? Refuse(408, "the request took too long to arrive")
                    : ReadResult();
}

Task<ReadResult> RequestReader::Read() {
  Parser parser(limits_.max_header_bytes, limits_.max_body_bytes);
  deadline_.Set(limits_.header_timeout);
  for (;;) {
    if (const error_code ec = parser.Feed(&buffer_)) co_return Refuse(ec);
    if (parser.is_header_done()) break;
    const bool more = co_await Fill(kHeaderRead);
    if (!more) co_return Ended();
  }
  ReadResult result = CheckHeader(parser);
  result.http10 = parser.minor_version == 0;
  result.head = parser.method == "HEAD";
  if (result.error_status != 0) co_return result;
  if (!parser.is_done()) {
    deadline_.Set(limits_.body_timeout);
    if (parser.headers.Has("expect") && !result.http10 && buffer_.size() == 0) {
      send_continue_();
    }
    parser.ContinueToBody();
  }
  while (!parser.is_done()) {
    if (const error_code ec = parser.Feed(&buffer_)) {
      // What is too long here is a chunk's own header.
      co_return ec == beast::http::error::header_limit
          ? Refuse(400, "a chunk header is too large")
          : Refuse(ec);
    }
    if (parser.is_done()) break;
    const bool more = co_await Fill(kBodyRead);
    if (!more) co_return Ended();
  }
  deadline_.Clear();
  result.keep_alive = parser.keep_alive();
  HttpRequest request;
  request.method = std::move(parser.method);
  request.target = std::move(parser.target);
  request.headers = std::move(parser.headers);
  request.body = std::move(parser.body);
  request.received = absl::Now();
  if (!SplitTarget(&request)) co_return Refuse(400, "malformed target");
  result.request = std::move(request);
  co_return result;
}

void RequestReader::TimedOut() {
  timed_out_ = true;
  stream_.CancelRead();
}

}  // namespace dci::net
