#include "tools/dci/document.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/net/http_message.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

// "code: text" of two texts either of which may be missing.
std::string Reason(absl::string_view code, absl::string_view text) {
  if (code.empty() && text.empty()) return "no reason given";
  if (code.empty() || text.empty()) return absl::StrCat(code, text);
  return absl::StrCat(code, ": ", text);
}

std::string ReasonAt(absl::string_view json, absl::string_view code,
                     absl::string_view text) {
  return Reason(TextAt(json, code), TextAt(json, text));
}

// The refusal of a batch whose items are all refused.
absl::Status JudgeItems(absl::string_view message) {
  for (absl::string_view member : Values(message)) {
    const std::vector<absl::string_view> items = Elements(member);
    const bool refused =
        !items.empty() &&
        std::all_of(items.begin(), items.end(), [](absl::string_view item) {
          return TextAt(item, "/status") == "rjct";
        });
    if (refused)
      return Refused(absl::StrCat(
          "every item is refused: ",
          ReasonAt(items[0], "/status_reason_code", "/status_reason_message")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Document> ReadDocument(absl::string_view json) {
  RETURN_IF_ERROR(CheckJson(json));
  const auto header = At(json, "/header");
  const auto message = At(json, "/message");
  if (!header || !message || !IsObject(*header))
    return absl::InvalidArgumentError(
        "the document is no object with header and message");
  Document document;
  document.parts = {std::string(*header), std::string(*message)};
  document.signature = TextAt(json, "/signature");
  return document;
}

bool IsDocument(absl::string_view json) {
  return At(json, "/header").has_value() && At(json, "/message").has_value();
}

absl::Status JudgeAnswer(int http_status, absl::string_view body) {
  const std::string http =
      absl::StrCat("HTTP ", http_status, " ", net::ReasonPhrase(http_status));
  const absl::Status readable = CheckJson(body);
  if (!readable.ok())
    return Untrusted(absl::StrCat("the answer (", http,
                                  ") is no JSON: ", readable.message()));
  if (TextAt(body, "/message/ack_status") == "ERR")
    return Refused(
        ReasonAt(body, "/message/error/code", "/message/error/message"));
  if (TextAt(body, "/header/status") == "rjct")
    return Refused(ReasonAt(body, "/header/status_reason_code",
                            "/header/status_reason_message"));
  if (http_status >= 400)
    return Refused(absl::StrCat(
        http, ": ", ReasonAt(body, "/errors/0/code", "/errors/0/message")));
  const auto message = At(body, "/message");
  return message ? JudgeItems(*message) : absl::OkStatus();
}

}  // namespace dci::cli
