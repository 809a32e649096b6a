// Absolute http and https URLs (RFC 3986, RFC 9110 4.2), read strictly.
#ifndef CONVERGENCE_SERVICES_NET_URL_H_
#define CONVERGENCE_SERVICES_NET_URL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::net {

struct Url {
  bool https = false;
  // Lower case; an IPv6 literal without brackets.
  std::string host;
  bool ipv6_literal = false;
  uint16_t port = 0;   // the scheme's own where the URL names none
  std::string target;  // path and query as written, at least "/"

  // Value of the Host field: brackets and port as needed.
  std::string HostHeader() const;
  // "https://host:8443", the port left out where it is the scheme's own.
  std::string Origin() const;
  // Origin and target.
  std::string ToString() const;
  // The target up to '?'.
  absl::string_view path() const;
};

// INVALID_ARGUMENT, saying what is wrong, for any other scheme, an empty or
// malformed host, user information, a port outside 1 to 65535, characters
// that must be escaped, or a malformed escape. A fragment is dropped: it is
// not sent to servers.
absl::StatusOr<Url> ParseUrl(absl::string_view text);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_URL_H_
