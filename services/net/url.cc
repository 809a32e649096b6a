#include "services/net/url.h"

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"

namespace dci::net {
namespace {

constexpr size_t kMaxUrlBytes = 8192;  // what servers commonly accept
constexpr size_t kMaxHostBytes = 253;  // RFC 1035 2.3.4

uint16_t DefaultPort(bool https) { return https ? 443 : 80; }

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("URL: ", what));
}

bool IsHostChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '.' || c == '_';
}

absl::Status CheckName(absl::string_view host) {
  if (host.empty()) return Malformed("the host is empty");
  if (host.size() > kMaxHostBytes) return Malformed("the host is too long");
  for (char c : host) {
    if (!IsHostChar(c))
      return Malformed("the host holds a forbidden character");
  }
  if (host.front() == '.' || absl::StrContains(host, "..")) {
    return Malformed("the host has an empty label");
  }
  return absl::OkStatus();
}

// Takes the host from the front of `authority`, leaving ":port" or nothing.
absl::Status TakeHost(absl::string_view* authority, Url* url) {
  if (absl::ConsumePrefix(authority, "[")) {
    const size_t end = authority->find(']');
    if (end == absl::string_view::npos) return Malformed("']' is missing");
    url->host = absl::AsciiStrToLower(authority->substr(0, end));
    url->ipv6_literal = true;
    authority->remove_prefix(end + 1);
    in6_addr unused;
    if (inet_pton(AF_INET6, url->host.c_str(), &unused) != 1) {
      return Malformed("the host is no IPv6 address");
    }
    return absl::OkStatus();
  }
  const absl::string_view host = authority->substr(0, authority->find(':'));
  RETURN_IF_ERROR(CheckName(host));
  url->host = absl::AsciiStrToLower(host);
  authority->remove_prefix(host.size());
  return absl::OkStatus();
}

absl::Status ReadPort(absl::string_view rest, Url* url) {
  url->port = DefaultPort(url->https);
  if (rest.empty()) return absl::OkStatus();
  uint32_t port = 0;
  if (!absl::ConsumePrefix(&rest, ":")) return Malformed("text after the host");
  if (rest.empty() || rest.size() > 5 ||
      rest.find_first_not_of("0123456789") != absl::string_view::npos ||
      !absl::SimpleAtoi(rest, &port) || port == 0 || port > 65535) {
    return Malformed("the port is not within 1 to 65535");
  }
  url->port = static_cast<uint16_t>(port);
  return absl::OkStatus();
}

// Anything but these would split the request line or mean different things
// to different readers.
bool IsTargetChar(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u > 0x20 && u < 0x7f && !absl::StrContains("\"<>\\^`{|}", c);
}

absl::Status CheckTarget(absl::string_view target) {
  for (size_t i = 0; i < target.size(); ++i) {
    if (!IsTargetChar(target[i])) {
      return Malformed("the path or query holds a character to be escaped");
    }
    if (target[i] != '%') continue;
    const bool escape =
        i + 2 < target.size() &&
        absl::ascii_isxdigit(static_cast<unsigned char>(target[i + 1])) &&
        absl::ascii_isxdigit(static_cast<unsigned char>(target[i + 2]));
    if (!escape) return Malformed("'%' is not followed by two hex digits");
  }
  return absl::OkStatus();
}

absl::Status TakeScheme(absl::string_view* text, Url* url) {
  const size_t end = text->find("://");
  if (end == absl::string_view::npos) return Malformed("no scheme");
  const absl::string_view scheme = text->substr(0, end);
  url->https = absl::EqualsIgnoreCase(scheme, "https");
  if (!url->https && !absl::EqualsIgnoreCase(scheme, "http")) {
    return Malformed("the scheme is neither http nor https");
  }
  text->remove_prefix(end + 3);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  if (text.size() > kMaxUrlBytes) return Malformed("longer than 8192 bytes");
  Url url;
  RETURN_IF_ERROR(TakeScheme(&text, &url));
  absl::string_view authority = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(authority.size());
  if (absl::StrContains(authority, '@')) {
    return Malformed("user information is not allowed");
  }
  RETURN_IF_ERROR(TakeHost(&authority, &url));
  RETURN_IF_ERROR(ReadPort(authority, &url));
  const absl::string_view target = text.substr(0, text.find('#'));
  RETURN_IF_ERROR(CheckTarget(target));
  url.target = absl::StartsWith(target, "/") ? std::string(target)
                                             : absl::StrCat("/", target);
  return url;
}

std::string Url::HostHeader() const {
  std::string text = ipv6_literal ? absl::StrCat("[", host, "]") : host;
  if (port != DefaultPort(https)) absl::StrAppend(&text, ":", port);
  return text;
}

std::string Url::Origin() const {
  return absl::StrCat(https ? "https://" : "http://", HostHeader());
}

std::string Url::ToString() const { return absl::StrCat(Origin(), target); }

absl::string_view Url::path() const {
  return absl::string_view(target).substr(0, target.find('?'));
}

}  // namespace dci::net
