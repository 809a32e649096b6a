#include "services/registry/normal_form.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "services/base/hash.h"
#include "services/registry/decimal_key.h"

namespace dci::registry {
namespace {

// Exactly `count` digits from the front.
bool TakeNumber(absl::string_view* text, size_t count, int* value) {
  if (text->size() < count) return false;
  *value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!absl::ascii_isdigit((*text)[i])) return false;
    *value = *value * 10 + ((*text)[i] - '0');
  }
  text->remove_prefix(count);
  return true;
}

bool TakeChar(absl::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

// What civil time rolls over, 31 April to 1 May, is no date.
std::optional<absl::CivilDay> Day(int year, int month, int day) {
  const absl::CivilDay civil(year, month, day);
  if (civil.year() != year || civil.month() != month || civil.day() != day)
    return std::nullopt;
  return civil;
}

// :SS and a fraction, both optional.
bool TakeSeconds(absl::string_view* text, int* second) {
  if (!TakeChar(text, ':')) return true;
  if (!TakeNumber(text, 2, second)) return false;
  if (!TakeChar(text, '.')) return true;
  size_t digits = 0;
  for (int digit; TakeNumber(text, 1, &digit);) ++digits;
  return digits > 0;
}

// Z, ±HH:MM or ±HHMM; nothing counts as UTC.
bool TakeZone(absl::string_view* text, int* minutes) {
  *minutes = 0;
  if (text->empty() || TakeChar(text, 'Z') || TakeChar(text, 'z')) return true;
  const bool west = text->front() == '-';
  if (!west && text->front() != '+') return false;
  text->remove_prefix(1);
  int hour = 0, minute = 0;
  if (!TakeNumber(text, 2, &hour)) return false;
  TakeChar(text, ':');
  if (!TakeNumber(text, 2, &minute) || hour > 23 || minute > 59) return false;
  *minutes = (hour * 60 + minute) * (west ? -1 : 1);
  return true;
}

std::optional<absl::CivilDay> AtUtc(absl::CivilDay day,
                                    absl::string_view time) {
  if (time.empty()) return day;
  if (!TakeChar(&time, 'T') && !TakeChar(&time, 't') && !TakeChar(&time, ' '))
    return std::nullopt;
  int hour = 0, minute = 0, second = 0, offset = 0;
  if (!TakeNumber(&time, 2, &hour) || !TakeChar(&time, ':') ||
      !TakeNumber(&time, 2, &minute) || !TakeSeconds(&time, &second) ||
      !TakeZone(&time, &offset) || !time.empty())
    return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const absl::CivilMinute local(day.year(), day.month(), day.day(), hour,
                                minute);
  return absl::CivilDay(local - offset);
}

std::optional<std::string> Boolean(absl::string_view text) {
  static constexpr std::array<absl::string_view, 5> kTrue = {"true", "1", "yes",
                                                             "y", "t"};
  static constexpr std::array<absl::string_view, 5> kFalse = {"false", "0",
                                                              "no", "n", "f"};
  for (absl::string_view word : kTrue)
    if (absl::EqualsIgnoreCase(text, word)) return "1";
  for (absl::string_view word : kFalse)
    if (absl::EqualsIgnoreCase(text, word)) return "0";
  return std::nullopt;
}

std::string Bounded(absl::string_view text) {
  if (text.size() <= kMaxNormalText) return std::string(text);
  return std::string(text.substr(0, kMaxNormalText - 32)) + Sha256(text);
}

}  // namespace

ValueKind ValueKindOf(const schema::Field& field) {
  switch (field.kind) {
    case schema::Kind::kBool:
      return ValueKind::kBoolean;
    case schema::Kind::kInt32:
      return ValueKind::kDecimal;
    case schema::Kind::kEnum:
    case schema::Kind::kJson:
      return ValueKind::kText;
    case schema::Kind::kString:
      break;
    default:
      return ValueKind::kNone;
  }
  if (field.code_list != nullptr) return ValueKind::kCode;
  switch (field.format) {
    case schema::Format::kDate:
    case schema::Format::kDateTime:
      return ValueKind::kDate;
    case schema::Format::kDecimal:
      return ValueKind::kDecimal;
    case schema::Format::kBoolean:
      return ValueKind::kBoolean;
    default:
      return ValueKind::kText;
  }
}

std::optional<std::string> UtcDay(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  int year = 0, month = 0, day = 0;
  absl::string_view rest = text;
  std::optional<absl::CivilDay> civil;
  if (TakeNumber(&rest, 4, &year) && TakeChar(&rest, '-') &&
      TakeNumber(&rest, 2, &month) && TakeChar(&rest, '-') &&
      TakeNumber(&rest, 2, &day)) {
    civil = Day(year, month, day);
  } else {
    rest = text;
    if (!TakeNumber(&rest, 2, &day) || !TakeChar(&rest, '.') ||
        !TakeNumber(&rest, 2, &month) || !TakeChar(&rest, '.') ||
        !TakeNumber(&rest, 4, &year))
      return std::nullopt;
    civil = Day(year, month, day);
  }
  if (civil.has_value()) civil = AtUtc(*civil, rest);
  // The west of Greenwich has no year 10000 to reach, the east no year -1.
  if (!civil.has_value() || civil->year() < 0 || civil->year() > 9999)
    return std::nullopt;
  return absl::StrFormat("%04d-%02d-%02d", civil->year(), civil->month(),
                         civil->day());
}

std::optional<std::string> NormalForm(const schema::Field& field,
                                      absl::string_view text) {
  switch (ValueKindOf(field)) {
    case ValueKind::kText:
      return Bounded(text);
    case ValueKind::kCode: {
      const schema::Code* code = field.code_list->Find(text);
      return Bounded(code == nullptr ? text : absl::string_view(code->code));
    }
    case ValueKind::kDate:
      return UtcDay(text);
    case ValueKind::kDecimal:
      return DecimalKey(text);
    case ValueKind::kBoolean:
      return Boolean(absl::StripAsciiWhitespace(text));
    case ValueKind::kNone:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace dci::registry
