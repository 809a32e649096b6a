#include "services/registry/cron.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

constexpr std::array<absl::string_view, 12> kMonths = {
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN",
    "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<absl::string_view, 7> kDays = {"SUN", "MON", "TUE", "WED",
                                                    "THU", "FRI", "SAT"};

constexpr std::pair<absl::string_view, absl::string_view> kWords[] = {
    {"hourly", "0 0 * * * ?"},  {"daily", "0 0 0 * * ?"},
    {"weekly", "0 0 0 ? * 1"},  {"monthly", "0 0 0 1 * ?"},
    {"yearly", "0 0 0 1 1 ?"},  {"annually", "0 0 0 1 1 ?"},
    {"midnight", "0 0 0 * * ?"}};

// What a field may hold.
struct Domain {
  absl::string_view name;
  int min;
  int max;
  absl::Span<const absl::string_view> names;  // of min, min + 1 …
};

absl::Status Wrong(const Domain& domain, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("cron: ", domain.name, ": ", what));
}

absl::StatusOr<int> ParseValue(const Domain& domain, absl::string_view text) {
  for (size_t i = 0; i < domain.names.size(); ++i)
    if (absl::EqualsIgnoreCase(domain.names[i], text))
      return domain.min + static_cast<int>(i);
  int value = 0;
  const bool digits =
      !text.empty() && text.size() <= 4 &&
      std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (!digits || !absl::SimpleAtoi(text, &value))
    return Wrong(domain, "is no number");
  if (value < domain.min || value > domain.max)
    return Wrong(domain,
                 absl::StrCat("not within ", domain.min, "-", domain.max));
  return value;
}

// One element of a list: "*", "5", "1-5", "5/10", "*/10", "22-2/2". Calls
// `add` with each value.
absl::Status ParsePart(const Domain& domain, absl::string_view part,
                       const std::function<void(int)>& add) {
  int step = 1;
  const size_t slash = part.find('/');
  const absl::string_view range = part.substr(0, slash);
  if (slash != absl::string_view::npos) {
    ASSIGN_OR_RETURN(step, ParseValue({domain.name, 1, domain.max, {}},
                                      part.substr(slash + 1)));
  }
  int first = domain.min, last = domain.max;
  if (range != "*") {
    const size_t dash = range.find('-');
    ASSIGN_OR_RETURN(first, ParseValue(domain, range.substr(0, dash)));
    // "5/10" goes on to the end, "5" is 5 alone.
    last = slash == absl::string_view::npos ? first : domain.max;
    if (dash != absl::string_view::npos) {
      ASSIGN_OR_RETURN(last, ParseValue(domain, range.substr(dash + 1)));
    }
  }
  const int size = domain.max - domain.min + 1;
  if (last < first) last += size;
  for (int value = first; value <= last; value += step)
    add((value - domain.min) % size + domain.min);
  return absl::OkStatus();
}

template <size_t N>
absl::Status ParseList(const Domain& domain, absl::string_view field,
                       std::bitset<N>* values, int offset = 0) {
  for (absl::string_view part : absl::StrSplit(field, ','))
    RETURN_IF_ERROR(ParsePart(domain, part,
                              [&](int value) { values->set(value - offset); }));
  return absl::OkStatus();
}

absl::CivilDay LastOfMonth(absl::CivilDay day) {
  return absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
}

// 1 is Sunday.
int DayNumber(absl::CivilDay day) {
  return (static_cast<int>(absl::GetWeekday(day)) + 1) % 7 + 1;
}

bool IsWeekday(absl::CivilDay day) {
  return DayNumber(day) != 1 && DayNumber(day) != 7;
}

// The weekday nearest to `day` within its month.
absl::CivilDay NearestWeekday(absl::CivilDay day) {
  if (IsWeekday(day)) return day;
  const absl::CivilMonth month(day);
  // From a Saturday a day back, from a Sunday a day on, unless that is
  // another month.
  const int step = DayNumber(day) == 7 ? -1 : 1;
  const absl::CivilDay near = day + step;
  return absl::CivilMonth(near) == month ? near : day - 2 * step;
}

}  // namespace

absl::Status Cron::ParseDayOfMonth(absl::string_view field) {
  const Domain domain{"day of month", 1, 31, {}};
  day_of_month_.any = field == "*" || field == "?";
  if (day_of_month_.any) return absl::OkStatus();
  for (absl::string_view part : absl::StrSplit(field, ',')) {
    const std::string upper = absl::AsciiStrToUpper(part);
    absl::string_view rest = upper;
    if (upper == "LW" || upper == "WL") {
      day_of_month_.last_weekday = true;
    } else if (upper == "L") {
      day_of_month_.from_last.push_back(0);
    } else if (absl::ConsumePrefix(&rest, "L-")) {
      ASSIGN_OR_RETURN(const int days,
                       ParseValue({domain.name, 0, 30, {}}, rest));
      day_of_month_.from_last.push_back(days);
    } else if (absl::ConsumeSuffix(&rest, "W")) {
      ASSIGN_OR_RETURN(const int day, ParseValue(domain, rest));
      day_of_month_.nearest_weekday.push_back(day);
    } else {
      RETURN_IF_ERROR(ParseList(domain, part, &day_of_month_.days));
    }
  }
  return absl::OkStatus();
}

absl::Status Cron::ParseDayOfWeek(absl::string_view field) {
  const Domain domain{"day of week", 1, 7, kDays};
  day_of_week_.any = field == "*" || field == "?";
  if (day_of_week_.any) return absl::OkStatus();
  for (absl::string_view part : absl::StrSplit(field, ',')) {
    const std::string upper = absl::AsciiStrToUpper(part);
    absl::string_view rest = upper;
    const size_t hash = upper.find('#');
    if (upper == "L") {
      day_of_week_.days.set(7);
    } else if (hash != std::string::npos) {
      ASSIGN_OR_RETURN(const int day, ParseValue(domain, rest.substr(0, hash)));
      ASSIGN_OR_RETURN(const int which, ParseValue({domain.name, 1, 5, {}},
                                                   rest.substr(hash + 1)));
      day_of_week_.ordinal.push_back({day, which});
    } else if (absl::ConsumeSuffix(&rest, "L")) {
      ASSIGN_OR_RETURN(const int day, ParseValue(domain, rest));
      day_of_week_.last.push_back(day);
    } else {
      RETURN_IF_ERROR(ParseList(domain, part, &day_of_week_.days));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Cron> Cron::Parse(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  absl::string_view word = text;
  absl::ConsumePrefix(&word, "@");
  for (const auto& [name, meaning] : kWords)
    if (absl::EqualsIgnoreCase(word, name)) text = meaning;
  const std::vector<absl::string_view> fields =
      absl::StrSplit(text, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (fields.size() != 6 && fields.size() != 7)
    return absl::InvalidArgumentError(
        "cron: needs six or seven fields: seconds, minutes, hours, day of "
        "month, month, day of week, year");
  Cron cron;
  RETURN_IF_ERROR(ParseList({"seconds", 0, 59, {}}, fields[0], &cron.seconds_));
  RETURN_IF_ERROR(ParseList({"minutes", 0, 59, {}}, fields[1], &cron.minutes_));
  RETURN_IF_ERROR(ParseList({"hours", 0, 23, {}}, fields[2], &cron.hours_));
  RETURN_IF_ERROR(cron.ParseDayOfMonth(fields[3]));
  RETURN_IF_ERROR(
      ParseList({"month", 1, 12, kMonths}, fields[4], &cron.months_));
  RETURN_IF_ERROR(cron.ParseDayOfWeek(fields[5]));
  RETURN_IF_ERROR(ParseList({"year", kFirstYear, kLastYear, {}},
                            fields.size() == 7 ? fields[6] : "*", &cron.years_,
                            kFirstYear));
  if (!cron.day_of_month_.any && !cron.day_of_week_.any)
    return absl::InvalidArgumentError(
        "cron: one of day of month and day of week must be ?");
  return cron;
}

bool Cron::FitsDayOfMonth(absl::CivilDay day) const {
  const DayOfMonth& rule = day_of_month_;
  if (rule.any || rule.days.test(day.day())) return true;
  const absl::CivilDay last = LastOfMonth(day);
  for (const int days : rule.from_last)
    if (day == last - days) return true;
  // The last weekday: the nearest one cannot lie after it.
  if (rule.last_weekday && day == NearestWeekday(last)) return true;
  for (const int wanted : rule.nearest_weekday)
    if (wanted <= last.day() &&
        day == NearestWeekday(absl::CivilDay(day.year(), day.month(), wanted)))
      return true;
  return false;
}

bool Cron::FitsDayOfWeek(absl::CivilDay day) const {
  const DayOfWeek& rule = day_of_week_;
  const int number = DayNumber(day);
  if (rule.any || rule.days.test(number)) return true;
  for (const int wanted : rule.last)
    if (number == wanted && absl::CivilMonth(day + 7) != absl::CivilMonth(day))
      return true;
  for (const auto& [wanted, which] : rule.ordinal)
    if (number == wanted && (day.day() - 1) / 7 + 1 == which) return true;
  return false;
}

bool Cron::FitsDay(absl::CivilDay day) const {
  return FitsDayOfMonth(day) && FitsDayOfWeek(day);
}

std::optional<absl::CivilDay> Cron::NextDay(absl::CivilDay day) const {
  while (day.year() <= kLastYear) {
    if (day.year() < kFirstYear) {
      day = absl::CivilDay(kFirstYear, 1, 1);
    } else if (!years_.test(day.year() - kFirstYear)) {
      day = absl::CivilDay(day.year() + 1, 1, 1);
    } else if (!months_.test(day.month())) {
      day = absl::CivilDay(absl::CivilMonth(day) + 1);
    } else if (FitsDay(day)) {
      return day;
    } else {
      ++day;
    }
  }
  return std::nullopt;
}

std::optional<absl::CivilSecond> Cron::NextCivil(absl::CivilSecond from) const {
  const std::optional<absl::CivilDay> day = NextDay(absl::CivilDay(from));
  if (!day.has_value()) return std::nullopt;
  // On a later day than `from` every time of day comes after it.
  const absl::CivilSecond begin = std::max(from, absl::CivilSecond(*day));
  for (int hour = begin.hour(); hour < 24; ++hour) {
    if (!hours_.test(hour)) continue;
    const bool same_hour = hour == begin.hour();
    for (int minute = same_hour ? begin.minute() : 0; minute < 60; ++minute) {
      if (!minutes_.test(minute)) continue;
      const bool same_minute = same_hour && minute == begin.minute();
      for (int second = same_minute ? begin.second() : 0; second < 60; ++second)
        if (seconds_.test(second))
          return absl::CivilSecond(day->year(), day->month(), day->day(), hour,
                                   minute, second);
    }
  }
  return NextCivil(absl::CivilSecond(*day + 1));
}

std::optional<absl::Time> Cron::Next(absl::Time after,
                                     absl::TimeZone zone) const {
  absl::CivilSecond from = absl::ToCivilSecond(after, zone) + 1;
  while (true) {
    const std::optional<absl::CivilSecond> civil = NextCivil(from);
    if (!civil.has_value()) return std::nullopt;
    const absl::TimeZone::TimeInfo info = zone.At(*civil);
    const absl::Time time =
        info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
    if (time > after) return time;
    from = *civil + 1;
  }
}

}  // namespace dci::registry
