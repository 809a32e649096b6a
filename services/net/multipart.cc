#include "services/net/multipart.h"

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"

namespace dci::net {
namespace {

constexpr size_t kMaxBoundary = 70;  // RFC 2046, 5.1.1
constexpr size_t kEnd = absl::string_view::npos;

absl::Status Malformed(absl::string_view what, size_t offset) {
  return absl::InvalidArgumentError(
      absl::StrCat("multipart/form-data: ", what, " at byte ", offset));
}

absl::string_view Essence(absl::string_view value) {
  return absl::StripAsciiWhitespace(value.substr(0, value.find(';')));
}

// Takes a parameter's value from the front: a token or a quoted string, whose
// escapes are undone only before a quote, since browsers send file names with
// bare backslashes.
std::string TakeValue(absl::string_view* rest) {
  if (!absl::ConsumePrefix(rest, "\"")) {
    const absl::string_view token = rest->substr(0, rest->find(';'));
    rest->remove_prefix(token.size());
    return std::string(absl::StripAsciiWhitespace(token));
  }
  std::string value;
  while (!rest->empty() && !absl::ConsumePrefix(rest, "\"")) {
    if (absl::StartsWith(*rest, "\\\"")) rest->remove_prefix(1);
    value.push_back(rest->front());
    rest->remove_prefix(1);
  }
  return value;
}

// A parameter of a header field: `boundary` of multipart/…; boundary="x".
std::optional<std::string> Parameter(absl::string_view field,
                                     absl::string_view name) {
  absl::string_view rest = field;
  rest.remove_prefix(Essence(field).size());
  for (size_t at; (at = rest.find(';')) != kEnd;) {
    rest.remove_prefix(at + 1);
    const size_t equals = rest.find('=');
    if (equals == kEnd) return std::nullopt;
    const absl::string_view key =
        absl::StripAsciiWhitespace(rest.substr(0, equals));
    rest = absl::StripLeadingAsciiWhitespace(rest.substr(equals + 1));
    std::string value = TakeValue(&rest);
    if (absl::EqualsIgnoreCase(key, name)) return value;
  }
  return std::nullopt;
}

class Parser {
 public:
  Parser(absl::string_view body, const std::string& boundary)
      : body_(body), delimiter_(absl::StrCat("\r\n--", boundary)) {}

  absl::StatusOr<std::vector<Part>> Parse() {
    std::vector<Part> parts;
    RETURN_IF_ERROR(SkipPreamble());
    for (;;) {
      ASSIGN_OR_RETURN(const bool last, EndDelimiter());
      if (last) return parts;
      if (parts.size() == kMaxParts) return Malformed("too many parts", at_);
      ASSIGN_OR_RETURN(Part part, ReadPart());
      parts.push_back(std::move(part));
    }
  }

 private:
  // To the end of the first delimiter, which may stand at the very beginning.
  absl::Status SkipPreamble() {
    const absl::string_view first =
        absl::string_view(delimiter_).substr(2);  // without its line break
    if (absl::StartsWith(body_, first)) {
      at_ = first.size();
      return absl::OkStatus();
    }
    const size_t found = body_.find(delimiter_);
    if (found == kEnd) return Malformed("no boundary", 0);
    at_ = found + delimiter_.size();
    return absl::OkStatus();
  }

  // What follows a delimiter: "--" after the last part, else a line break.
  absl::StatusOr<bool> EndDelimiter() {
    if (absl::StartsWith(body_.substr(at_), "--")) return true;
    while (at_ < body_.size() && (body_[at_] == ' ' || body_[at_] == '\t'))
      ++at_;
    if (!absl::StartsWith(body_.substr(at_), "\r\n"))
      return Malformed("no line break after a boundary", at_);
    return false;  // the line break begins the part's header
  }

  absl::StatusOr<Part> ReadPart() {
    Part part;
    const size_t begin = at_ + 2;
    const size_t headers_end = body_.find("\r\n\r\n", at_);
    if (headers_end == kEnd || headers_end - at_ > kMaxPartHeaderBytes)
      return Malformed("a part whose header does not end", begin);
    // An empty header ends where it begins.
    absl::string_view headers = body_.substr(at_, headers_end - at_);
    while (!headers.empty()) {
      headers.remove_prefix(2);
      const absl::string_view line = headers.substr(0, headers.find("\r\n"));
      headers.remove_prefix(line.size());
      RETURN_IF_ERROR(ReadField(line, begin, &part));
    }
    if (part.name.empty()) return Malformed("a part without a name", begin);
    // An empty body may share its line break with the header's.
    const size_t body_begin = headers_end + 4;
    const size_t end = body_.find(delimiter_, headers_end + 2);
    if (end == kEnd) return Malformed("a part that does not end", begin);
    if (end > body_begin)
      part.body = body_.substr(body_begin, end - body_begin);
    at_ = end + delimiter_.size();
    return part;
  }

  static absl::Status ReadField(absl::string_view line, size_t at, Part* part) {
    const size_t colon = line.find(':');
    if (colon == kEnd) return Malformed("a header line without ':'", at);
    const absl::string_view key =
        absl::StripAsciiWhitespace(line.substr(0, colon));
    const absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (absl::EqualsIgnoreCase(key, "Content-Disposition")) {
      part->name = Parameter(value, "name").value_or("");
      part->file_name = Parameter(value, "filename").value_or("");
    } else if (absl::EqualsIgnoreCase(key, "Content-Type")) {
      part->content_type = std::string(value);
    } else if (absl::EqualsIgnoreCase(key, "Content-Transfer-Encoding") &&
               !absl::EqualsIgnoreCase(value, "binary") &&
               !absl::EqualsIgnoreCase(value, "8bit") &&
               !absl::EqualsIgnoreCase(value, "7bit")) {
      return Malformed("a part with Content-Transfer-Encoding", at);
    }
    return absl::OkStatus();
  }

  const absl::string_view body_;
  const std::string delimiter_;
  size_t at_ = 0;
};

}  // namespace

bool IsMultipartForm(absl::string_view content_type) {
  return absl::EqualsIgnoreCase(Essence(content_type), "multipart/form-data");
}

absl::StatusOr<std::vector<Part>> ParseMultipart(absl::string_view content_type,
                                                 absl::string_view body) {
  const std::string boundary = Parameter(content_type, "boundary").value_or("");
  if (boundary.empty() || boundary.size() > kMaxBoundary)
    return Malformed("no boundary of 1 to 70 characters in Content-Type", 0);
  return Parser(body, boundary).Parse();
}

}  // namespace dci::net
