#include "tools/dci/exit_code.h"

#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace dci::cli {
namespace {

constexpr absl::string_view kPayload = "dci/exit_code";

absl::Status Make(ExitCode code, absl::string_view text) {
  absl::Status status(absl::StatusCode::kUnknown, text);
  status.SetPayload(kPayload, absl::Cord(absl::StrCat(static_cast<int>(code))));
  return status;
}

}  // namespace

absl::string_view ExitCodeHelp() {
  return "Exit codes: 0 right; 1 refused by the other side, or a signature "
         "that does not\nverify; 2 wrong arguments or files; 3 not reached; 4 "
         "an answer that cannot be\nread or trusted. JSON goes to the standard "
         "output, words to standard error.\n";
}

absl::Status Refused(absl::string_view text) {
  return Make(ExitCode::kRefused, text);
}
absl::Status Usage(absl::string_view text) {
  return Make(ExitCode::kUsage, text);
}
absl::Status NotReached(absl::string_view text) {
  return Make(ExitCode::kNotReached, text);
}
absl::Status Untrusted(absl::string_view text) {
  return Make(ExitCode::kUntrusted, text);
}

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kRight;
  const auto payload = status.GetPayload(kPayload);
  int code = 0;
  if (payload && absl::SimpleAtoi(std::string(*payload), &code))
    return static_cast<ExitCode>(code);
  return ExitCode::kUsage;
}

absl::Status As(ExitCode code, const absl::Status& status) {
  return status.ok() ? status : Make(code, status.message());
}

}  // namespace dci::cli
