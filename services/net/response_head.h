// The status line and header fields of a response as text. Internal.
#ifndef CONVERGENCE_SERVICES_NET_RESPONSE_HEAD_H_
#define CONVERGENCE_SERVICES_NET_RESPONSE_HEAD_H_

#include <string>

#include "absl/time/time.h"
#include "services/net/http_message.h"

namespace dci::net {

// How the end of a response is told.
enum class Framing {
  kLength,   // Content-Length
  kChunked,  // Transfer-Encoding: chunked
  kClose,    // the end of the connection: streams to HTTP/1.0
  kNone,     // codes without a body: 1xx, 204, 304
};

struct HeadOptions {
  Framing framing = Framing::kLength;
  bool close = false;   // says Connection: close
  bool http10 = false;  // says Connection: keep-alive where it stays open
  absl::Time now;       // for Date
};

// RFC 9112 4 and 5, up to the empty line. The fields of the response that
// frame it (Content-Length, Transfer-Encoding, Connection) and Date are
// replaced by ours; its names and values must have passed CheckHeaders.
std::string ResponseHead(const HttpResponse& response, const HeadOptions& how);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_RESPONSE_HEAD_H_
