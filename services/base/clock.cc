#include "services/base/clock.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace dci {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace

Clock* Clock::Real() {
  static RealClock* clock = new RealClock;
  return clock;
}

std::string FormatTimestamp(absl::Time t) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", t, absl::UTCTimeZone());
}

absl::StatusOr<absl::Time> ParseTimestamp(absl::string_view text) {
  absl::Time t;
  std::string error;
  // RFC3339_full also takes blanks around it and "infinite-future".
  if (text.empty() || !absl::ascii_isdigit(text.front()) ||
      text.back() == ' ' ||
      !absl::ParseTime(absl::RFC3339_full, text, &t, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("not an RFC 3339 date-time with zone: ", text));
  }
  return t;
}

}  // namespace dci
