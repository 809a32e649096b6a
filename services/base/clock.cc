#include "services/base/clock.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace dci {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

void PutDigits(int64_t number, int count, char* to) {
  for (; count > 0; number /= 10)
    to[--count] = static_cast<char>('0' + number % 10);
}

}  // namespace

Clock* Clock::Real() {
  static RealClock* clock = new RealClock;
  return clock;
}

std::string FormatTimestamp(absl::Time t) {
  const absl::CivilSecond c = absl::ToCivilSecond(t, absl::UTCTimeZone());
  const bool four_digits = c.year() >= 1000 && c.year() <= 9999;
  if (!four_digits)
    return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", t, absl::UTCTimeZone());
  // Every message says the time several times, and FormatTime takes ten times
  // as long.
  std::string text = "0000-00-00T00:00:00.000Z";
  const int64_t millis = absl::ToUnixMillis(t) % 1000;
  PutDigits(c.year(), 4, &text[0]);
  PutDigits(c.month(), 2, &text[5]);
  PutDigits(c.day(), 2, &text[8]);
  PutDigits(c.hour(), 2, &text[11]);
  PutDigits(c.minute(), 2, &text[14]);
  PutDigits(c.second(), 2, &text[17]);
  // Before 1970 the remainder is negative.
  PutDigits((millis + 1000) % 1000, 3, &text[20]);
  return text;
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
