// Schedules as the standard's examples write them: "0 0 0 5,15 * ? *".
#ifndef CONVERGENCE_SERVICES_REGISTRY_CRON_H_
#define CONVERGENCE_SERVICES_REGISTRY_CRON_H_

#include <bitset>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace dci::registry {

// A cron expression as Quartz reads it: seconds, minutes, hours, day of month,
// month, day of week and, where there is a seventh, year. Lists, ranges (also
// around the end: FRI-MON), steps, names, and for days `?`, `L`, `L-3`, `LW`,
// `15W`, `6L` and `6#3`; Sunday is day 1. Immutable.
class Cron {
 public:
  static constexpr int kFirstYear = 1970;
  static constexpr int kLastYear = 2199;

  // Also "daily", "hourly", "weekly", "monthly" and "yearly", with or without
  // "@", as published samples write them. INVALID_ARGUMENT naming the field
  // that cannot be read, or where day of month and day of week both say
  // something: which of them counts is not settled between cron dialects.
  static absl::StatusOr<Cron> Parse(absl::string_view text);

  // The first time after `after` that fits, on the clocks of `zone`; nothing
  // where there is none until the last year. A time that clocks skip is the
  // moment of the skip; of one that they show twice the first counts.
  std::optional<absl::Time> Next(absl::Time after, absl::TimeZone zone) const;

 private:
  struct DayOfMonth {
    std::bitset<32> days;
    bool any = false;                  // "*" or "?"
    std::vector<int> from_last;        // L: 0, L-3: 3
    bool last_weekday = false;         // LW
    std::vector<int> nearest_weekday;  // 15W
  };
  struct DayOfWeek {
    std::bitset<8> days;  // 1 is Sunday
    bool any = false;
    std::vector<int> last;                     // 6L
    std::vector<std::pair<int, int>> ordinal;  // 6#3
  };

  Cron() = default;
  absl::Status ParseDayOfMonth(absl::string_view field);
  absl::Status ParseDayOfWeek(absl::string_view field);
  bool FitsDay(absl::CivilDay day) const;
  bool FitsDayOfMonth(absl::CivilDay day) const;
  bool FitsDayOfWeek(absl::CivilDay day) const;
  std::optional<absl::CivilSecond> NextCivil(absl::CivilSecond from) const;
  std::optional<absl::CivilDay> NextDay(absl::CivilDay from) const;

  std::bitset<60> seconds_, minutes_;
  std::bitset<24> hours_;
  std::bitset<13> months_;
  std::bitset<kLastYear - kFirstYear + 1> years_;
  DayOfMonth day_of_month_;
  DayOfWeek day_of_week_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_CRON_H_
