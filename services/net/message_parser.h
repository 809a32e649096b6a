// Beast's HTTP/1.1 parser writing straight into our own types. Internal.
#ifndef CONVERGENCE_SERVICES_NET_MESSAGE_PARSER_H_
#define CONVERGENCE_SERVICES_NET_MESSAGE_PARSER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/http/basic_parser.hpp"
#include "boost/beast/http/error.hpp"
#include "services/net/http_message.h"

namespace dci::net {

namespace beast = boost::beast;

// Reads one message; use a new one for the next. Fields after a chunked body
// (trailers) are dropped: merged late, they could replace what was checked.
template <bool kRequest>
class MessageParser : public beast::http::basic_parser<kRequest> {
 public:
  using Base = beast::http::basic_parser<kRequest>;

  // The header with the first line may have `max_header_bytes`, a chunk's
  // own header too.
  MessageParser(size_t max_header_bytes, uint64_t max_body_bytes)
      : max_header_bytes_(max_header_bytes) {
    this->header_limit(static_cast<std::uint32_t>(max_header_bytes));
    this->body_limit(max_body_bytes);
  }

  // Takes from `buffer` what it can. need_more is no error here: it returns
  // none, and neither is_header_done() nor is_done() has come true.
  boost::system::error_code Feed(beast::flat_buffer* buffer) {
    boost::system::error_code ec;
    while (buffer->size() > 0 && !this->is_done() && !Paused()) {
      const size_t used = this->put(buffer->data(), ec);
      buffer->consume(used);
      if (!this->is_header_done()) header_bytes_ += used;
      if (ec == beast::http::error::need_more) {
        ec = {};
        // Beast bounds only what it has not consumed yet.
        if (buffer->size() + header_bytes_ >= max_header_bytes_) {
          ec = beast::http::error::header_limit;
        }
        break;
      }
      if (ec) break;
    }
    return ec;
  }
  // After the header: lets Feed() go on into the body.
  void ContinueToBody() {
    into_body_ = true;
    header_bytes_ = 0;
    this->eager(true);
  }

  // First line.
  std::string method;
  std::string target;
  int status = 0;
  int minor_version = 1;
  // Header fields, complete once is_header_done().
  Headers headers;
  std::string body;

 private:
  using string_view = beast::string_view;
  using error_code = boost::system::error_code;

  bool Paused() const { return this->is_header_done() && !into_body_; }

  static absl::string_view Abseil(string_view text) {
    return absl::string_view(text.data(), text.size());
  }

  void on_request_impl(beast::http::verb, string_view method_text,
                       string_view target_text, int version,
                       error_code&) override {
    method = std::string(method_text);
    target = std::string(target_text);
    minor_version = version - 10;
  }
  void on_response_impl(int code, string_view, int version,
                        error_code&) override {
    status = code;
    minor_version = version - 10;
  }
  void on_field_impl(beast::http::field, string_view name, string_view value,
                     error_code&) override {
    if (!header_done_) headers.Add(Abseil(name), Abseil(value));
  }
  void on_header_impl(error_code&) override { header_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         error_code&) override {
    // Within body_limit; the pages come only as they are written to.
    if (length) body.reserve(static_cast<size_t>(*length));
  }
  size_t on_body_impl(string_view bytes, error_code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  size_t on_chunk_body_impl(std::uint64_t, string_view bytes,
                            error_code&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}

  const size_t max_header_bytes_;
  size_t header_bytes_ = 0;
  bool header_done_ = false;
  bool into_body_ = false;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_MESSAGE_PARSER_H_
