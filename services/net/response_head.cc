#include "services/net/response_head.h"

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace dci::net {
namespace {

bool IsOurs(absl::string_view name) {
  for (absl::string_view ours :
       {"content-length", "transfer-encoding", "connection", "date"}) {
    if (absl::EqualsIgnoreCase(name, ours)) return true;
  }
  return false;
}

// IMF-fixdate of RFC 9110 5.6.7, made once a second and thread.
absl::string_view HttpDate(absl::Time now) {
  thread_local int64_t second = -1;
  thread_local std::string text;
  const int64_t this_second = absl::ToUnixSeconds(now);
  if (this_second != second) {
    second = this_second;
    text =
        absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now, absl::UTCTimeZone());
  }
  return text;
}

}  // namespace

std::string ResponseHead(const HttpResponse& response, const HeadOptions& how) {
  std::string head;
  head.reserve(256);
  absl::StrAppend(&head, "HTTP/1.1 ", response.status, " ",
                  ReasonPhrase(response.status),
                  "\r\nDate: ", HttpDate(how.now), "\r\n");
  for (const auto& [name, value] : response.headers.fields()) {
    if (!IsOurs(name)) absl::StrAppend(&head, name, ": ", value, "\r\n");
  }
  if (how.framing == Framing::kLength) {
    absl::StrAppend(&head, "Content-Length: ", response.body.size(), "\r\n");
  } else if (how.framing == Framing::kChunked) {
    absl::StrAppend(&head, "Transfer-Encoding: chunked\r\n");
  }
  if (how.close) {
    absl::StrAppend(&head, "Connection: close\r\n");
  } else if (how.http10) {
    absl::StrAppend(&head, "Connection: keep-alive\r\n");
  }
  absl::StrAppend(&head, "\r\n");
  return head;
}

}  // namespace dci::net
