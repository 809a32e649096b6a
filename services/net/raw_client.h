// A TCP client for tests that must send what no HTTP client would.
#ifndef CONVERGENCE_SERVICES_NET_RAW_CLIENT_H_
#define CONVERGENCE_SERVICES_NET_RAW_CLIENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::net {

// Connected to 127.0.0.1. Reads end after 20 seconds at the latest, so that
// a test of a hanging server fails instead of hanging.
class RawClient {
 public:
  explicit RawClient(uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  // False once the peer has closed.
  bool Send(absl::string_view bytes);
  void CloseWrite();

  // One response with its Content-Length or chunked body, as sent; what was
  // there where the connection ends before.
  std::string ReadResponse(bool head_request = false);
  // Everything until the peer closes.
  std::string ReadToEnd();
  // Whether the peer has closed, and nothing was left to read.
  bool AtEnd() { return ReadToEnd().empty() && closed_; }

 private:
  bool Fill();

  int fd_ = -1;
  bool closed_ = false;
  std::string buffer_;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_RAW_CLIENT_H_
