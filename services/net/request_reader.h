// Reads one request after another from a connection. Internal.
#ifndef CONVERGENCE_SERVICES_NET_REQUEST_READER_H_
#define CONVERGENCE_SERVICES_NET_REQUEST_READER_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "services/net/http_message.h"
#include "services/net/message_parser.h"
#include "services/net/stream.h"

namespace dci::net {

struct ReaderLimits {
  size_t max_header_bytes;
  size_t max_body_bytes;
  absl::Duration header_timeout;
  absl::Duration body_timeout;
};

// What came of reading: a request, a refusal, or (neither) the end.
struct ReadResult {
  std::optional<HttpRequest> request;
  bool keep_alive = false;
  bool http10 = false;
  bool head = false;
  int error_status = 0;  // 400, 408, 413, 417, 431, 501: answer, then close
  absl::string_view error_text;  // static
};

class RequestReader {
 public:
  // `stream` and `deadline` must outlive it; on expiry the owner of the
  // deadline calls TimedOut(). `send_continue` is called where a client wants
  // a word before it sends the body.
  RequestReader(Stream* stream, Watchdog* deadline, const ReaderLimits& limits,
                std::function<void()> send_continue)
      : stream_(*stream),
        deadline_(*deadline),
        limits_(limits),
        send_continue_(std::move(send_continue)) {}

  // Waits for the first byte of a request, leaving the deadline as it is;
  // false at the end of the connection.
  Task<bool> WaitForFirstByte();

  // Reads the request whose first byte is there.
  Task<ReadResult> Read();

  void TimedOut();

 private:
  using Parser = MessageParser<true>;

  Task<bool> Fill(size_t bytes);
  bool SkipEmptyLines();
  ReadResult Ended() const;

  Stream& stream_;
  Watchdog& deadline_;
  const ReaderLimits limits_;
  const std::function<void()> send_continue_;
  beast::flat_buffer buffer_;
  bool timed_out_ = false;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_REQUEST_READER_H_
