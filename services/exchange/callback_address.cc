#include "services/exchange/callback_address.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

// In a registered base: every port of the host, for a sandbox.
constexpr absl::string_view kAnyPort = "*";
constexpr size_t kMaxAddressBytes = 8192;  // what servers commonly accept

struct Address {
  std::string origin;  // scheme, host and port, lower case, port written out
  std::vector<std::string> segments;
};

bool HasForbiddenCharacter(absl::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f) return true;
    if (absl::string_view("\\#<>\"^`{|}").find(c) != absl::string_view::npos) {
      return true;
    }
  }
  return false;
}

// "%" stands before two hex digits and nowhere else.
bool HasBrokenEscape(absl::string_view text) {
  for (size_t at = text.find('%'); at != absl::string_view::npos;
       at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || !absl::ascii_isxdigit(text[at + 1]) ||
        !absl::ascii_isxdigit(text[at + 2])) {
      return true;
    }
  }
  return false;
}

// Servers differ in whether they resolve these before they look at a path.
bool IsDotSegment(absl::string_view segment) {
  const std::string plain =
      absl::StrReplaceAll(absl::AsciiStrToLower(segment), {{"%2e", "."}});
  return plain == "." || plain == "..";
}

bool HasEscapedSlash(absl::string_view segment) {
  const std::string lower = absl::AsciiStrToLower(segment);
  return absl::StrContains(lower, "%2f") || absl::StrContains(lower, "%5c");
}

// "8080:" and "host:" are no ports that every reader understands alike.
bool IsPort(absl::string_view text) {
  int port = 0;
  return text.size() <= 5 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isdigit(c); }) &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= 65535;
}

std::optional<std::string> Origin(absl::string_view scheme,
                                  absl::string_view authority) {
  const std::string host = absl::AsciiStrToLower(authority);
  if (host.empty() || absl::StrContains(host, '@')) return std::nullopt;
  const size_t colon = host.rfind(':');
  const bool has_port =
      colon != std::string::npos && host.find(']', colon) == std::string::npos;
  const std::string name = has_port ? host.substr(0, colon) : host;
  const std::string port = has_port ? host.substr(colon + 1) : "";
  if (name.empty()) return std::nullopt;
  if (has_port && port != kAnyPort && !IsPort(port)) return std::nullopt;
  const std::string fallback = scheme == "https" ? "443" : "80";
  return absl::StrCat(scheme, "://", name, ":", port.empty() ? fallback : port);
}

std::optional<Address> Parse(absl::string_view text) {
  if (text.size() > kMaxAddressBytes || HasForbiddenCharacter(text) ||
      HasBrokenEscape(text)) {
    return std::nullopt;
  }
  const size_t colon = text.find("://");
  if (colon == absl::string_view::npos) return std::nullopt;
  const std::string scheme = absl::AsciiStrToLower(text.substr(0, colon));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  absl::string_view rest = text.substr(colon + 3);
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::optional<std::string> origin = Origin(scheme, authority);
  if (!origin.has_value()) return std::nullopt;
  rest.remove_prefix(authority.size());
  Address address{*origin, {}};
  const absl::string_view path = rest.substr(0, rest.find('?'));
  for (absl::string_view s : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (IsDotSegment(s) || HasEscapedSlash(s)) return std::nullopt;
    address.segments.emplace_back(s);
  }
  return address;
}

bool SameOrigin(absl::string_view origin, absl::string_view base) {
  if (!absl::ConsumeSuffix(&base, kAnyPort)) return origin == base;
  return origin.substr(0, origin.rfind(':') + 1) == base;
}

bool Within(const Address& address, const Address& base) {
  if (!SameOrigin(address.origin, base.origin)) return false;
  if (address.segments.size() < base.segments.size()) return false;
  return std::equal(base.segments.begin(), base.segments.end(),
                    address.segments.begin());
}

}  // namespace

absl::StatusOr<std::string> CallbackAddress(
    const dci::config::v1::Participant& participant, absl::string_view asked) {
  asked = absl::StripAsciiWhitespace(asked);
  if (asked.empty() && participant.callback_bases_size() > 0) {
    return participant.callback_bases(0);
  }
  const std::optional<Address> address = Parse(asked);
  if (address.has_value() && absl::EndsWith(address->origin, kAnyPort)) {
    return schema::Refusal(dci::common::v1::REASON_SENDER_URI_INVALID,
                           "sender_uri is no URL");
  }
  for (const std::string& text : participant.callback_bases()) {
    const std::optional<Address> base = Parse(text);
    if (!address.has_value() || !base.has_value()) continue;
    if (Within(*address, *base)) return std::string(asked);
  }
  return schema::Refusal(dci::common::v1::REASON_SENDER_URI_INVALID,
                         asked.empty()
                             ? "no callback address is registered"
                             : "sender_uri is not within a registered base");
}

std::string HostAndPort(absl::string_view url) {
  const std::optional<Address> address = Parse(url);
  if (!address.has_value()) return "";
  return address->origin.substr(address->origin.find("://") + 3);
}

std::string CallbackUrl(const dci::config::v1::Participant& participant,
                        absl::string_view asked, absl::string_view address,
                        absl::string_view path) {
  if (participant.append_action_only()) path = path.substr(path.rfind('/'));
  const bool asked_for = !absl::StripAsciiWhitespace(asked).empty();
  if (asked_for && !participant.append_callback_path() &&
      !participant.append_action_only()) {
    return std::string(address);
  }
  const size_t query = address.find('?');
  const absl::string_view before =
      absl::StripSuffix(address.substr(0, query), "/");
  const absl::string_view after = query == absl::string_view::npos
                                      ? absl::string_view()
                                      : address.substr(query);
  // An address that names the operation already is complete.
  if (absl::EndsWith(before, path)) return std::string(address);
  return absl::StrCat(before, path, after);
}

}  // namespace dci::exchange
