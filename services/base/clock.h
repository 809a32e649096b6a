// Time as an argument: logic takes `now`, only the edges ask a Clock.
#ifndef CONVERGENCE_SERVICES_BASE_CLOCK_H_
#define CONVERGENCE_SERVICES_BASE_CLOCK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dci {

// Source of the present time. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;

  // The machine's clock; never deleted.
  static Clock* Real();
};

// Formats as the envelopes write it: RFC 3339 in UTC with milliseconds,
// "2026-11-24T06:00:00.000Z".
std::string FormatTimestamp(absl::Time t);

// Reads an RFC 3339 date-time with zone. INVALID_ARGUMENT where the zone is
// missing or the text is anything else.
absl::StatusOr<absl::Time> ParseTimestamp(absl::string_view text);

}  // namespace dci

#endif  // CONVERGENCE_SERVICES_BASE_CLOCK_H_
