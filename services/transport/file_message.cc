#include "services/transport/file_message.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/net/multipart.h"
#include "services/schema/reason.h"

namespace dci::transport {
namespace {

absl::Status Bad(absl::string_view why) {
  return schema::Refusal(dci::common::v1::REASON_REQUEST_BAD, why);
}

// The part of that name; none where there is none.
absl::StatusOr<std::optional<absl::string_view>> Find(
    const std::vector<net::Part>& parts, absl::string_view name) {
  std::optional<absl::string_view> found;
  for (const net::Part& part : parts) {
    if (part.name != name) continue;
    if (found.has_value())
      return Bad(absl::StrCat("part ", name, " stands twice"));
    found = part.body;
  }
  return found;
}

}  // namespace

absl::StatusOr<std::string> MessageOfFile(const schema::Method& method,
                                          absl::string_view content_type,
                                          absl::string_view body) {
  const auto parts = net::ParseMultipart(content_type, body);
  if (!parts.ok()) return Bad(parts.status().message());
  ASSIGN_OR_RETURN(const auto action, Find(*parts, "action"));
  ASSIGN_OR_RETURN(const auto format, Find(*parts, "fileFormat"));
  ASSIGN_OR_RETURN(const auto file, Find(*parts, "fileName"));
  if (!action.has_value()) return Bad("part action is missing");
  if (std::find(method.actions.begin(), method.actions.end(),
                absl::StripAsciiWhitespace(*action)) == method.actions.end())
    return Bad("part action is no action of this operation");
  if (format.has_value() && !format->empty() &&
      !absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(*format), "json"))
    return Bad("fileFormat: only json is read");
  if (!file.has_value()) return Bad("part fileName, the file, is missing");
  return std::string(*file);
}

}  // namespace dci::transport
