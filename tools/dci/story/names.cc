#include "tools/dci/story/names.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "services/base/status_macros.h"

namespace dci::cli::story {
namespace {

// "today-65y", "now".
struct Moment {
  bool is_date = false;
  int64_t amount = 0;
  std::string unit;  // empty: no shift
};

// Nothing where the name begins with neither "now" nor "today".
absl::StatusOr<std::optional<Moment>> ReadMoment(absl::string_view name) {
  Moment moment;
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, "today"))
    moment.is_date = true;
  else if (!absl::ConsumePrefix(&rest, "now"))
    return std::nullopt;
  if (rest.empty()) return moment;
  // "nowhere" is a name like any other.
  if (rest[0] != '+' && rest[0] != '-') return std::nullopt;
  size_t digits = 1;
  while (digits < rest.size() && absl::ascii_isdigit(rest[digits])) ++digits;
  moment.unit = std::string(rest.substr(digits));
  for (absl::string_view unit : {"y", "mo", "w", "d", "h", "min", "s"}) {
    const bool fits =
        !moment.is_date || (unit != "h" && unit != "min" && unit != "s");
    if (moment.unit == unit && fits && digits <= 6 &&
        absl::SimpleAtoi(rest.substr(0, digits), &moment.amount))
      return moment;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "${", name, "} is no time: a number and one of y, mo, w, d",
      moment.is_date ? "" : ", h, min, s", " follow, as in ${today-65y}"));
}

std::string FormatDay(absl::CivilDay day) { return absl::FormatCivilTime(day); }

// Days of the calendar: 65 years before 29 February is 1 March.
absl::CivilDay Shifted(absl::CivilDay day, const Moment& moment) {
  const int64_t n = moment.amount;
  if (moment.unit == "y")
    return absl::CivilDay(day.year() + n, day.month(), day.day());
  if (moment.unit == "mo")
    return absl::CivilDay(day.year(), day.month() + n, day.day());
  return day + (moment.unit == "w" ? 7 * n : n);
}

std::string Render(const Moment& moment, absl::Time now) {
  const absl::CivilDay day = absl::ToCivilDay(now, absl::UTCTimeZone());
  if (moment.is_date) return FormatDay(Shifted(day, moment));
  const int64_t n = moment.amount;
  if (moment.unit.empty()) return FormatTimestamp(now);
  if (moment.unit == "h") return FormatTimestamp(now + absl::Hours(n));
  if (moment.unit == "min") return FormatTimestamp(now + absl::Minutes(n));
  if (moment.unit == "s") return FormatTimestamp(now + absl::Seconds(n));
  const absl::Duration of_day = now - absl::FromCivil(day, absl::UTCTimeZone());
  return FormatTimestamp(
      absl::FromCivil(Shifted(day, moment), absl::UTCTimeZone()) + of_day);
}

// Ten digits out of an id, the first of them not 0.
std::string DigitsOf(absl::string_view id) {
  uint64_t number = 1469598103934665603u;  // FNV-1a
  for (const char c : id)
    number = (number ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return absl::StrCat(1000000000 + number % 9000000000u);
}

std::string HexOf(absl::string_view id) {
  std::string hex;
  for (const char c : id)
    if (absl::ascii_isxdigit(static_cast<unsigned char>(c)) && hex.size() < 8)
      hex.push_back(c);
  return hex.size() == 8 ? hex : std::string(id);
}

}  // namespace

absl::StatusOr<std::vector<Piece>> PiecesOf(absl::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const size_t open = text.find("${");
    if (open != 0) pieces.push_back({std::string(text.substr(0, open)), false});
    if (open == absl::string_view::npos) break;
    const size_t close = text.find('}', open);
    if (close == absl::string_view::npos)
      return absl::InvalidArgumentError("a ${ is not closed");
    const absl::string_view name =
        absl::StripAsciiWhitespace(text.substr(open + 2, close - open - 2));
    if (name.empty()) return absl::InvalidArgumentError("${} names nothing");
    pieces.push_back({std::string(name), true});
    text.remove_prefix(close + 1);
  }
  return pieces;
}

std::string LoneName(absl::string_view text) {
  const auto pieces = PiecesOf(text);
  return pieces.ok() && pieces->size() == 1 && (*pieces)[0].is_name
             ? (*pieces)[0].text
             : "";
}

absl::StatusOr<bool> IsBuiltIn(absl::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<Moment> moment, ReadMoment(name));
  return moment || name == "fresh" || absl::StartsWith(name, "new:") ||
         absl::StartsWith(name, "digits:");
}

void Names::Set(absl::string_view name, Value value) {
  values_[std::string(name)] = std::move(value);
}

const Value* Names::Find(absl::string_view name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? nullptr : &it->second;
}

absl::StatusOr<Value> Names::Get(absl::string_view name) {
  if (const Value* known = Find(name)) return *known;
  ASSIGN_OR_RETURN(const std::optional<Moment> moment, ReadMoment(name));
  if (moment) return Value::Text(Render(*moment, clock_->Now()));
  if (name == "fresh") return Value::Text(ids_->NewId());
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, "new:"))
    Set(name, Value::Text(absl::StrCat(rest, "-", HexOf(ids_->NewId()))));
  else if (absl::ConsumePrefix(&rest, "digits:"))
    Set(name, Value::Text(DigitsOf(ids_->NewId())));
  else
    return absl::NotFoundError(
        absl::StrCat("nothing has said what ${", name, "} is"));
  return *Find(name);
}

absl::StatusOr<std::string> Names::FillText(absl::string_view text) {
  ASSIGN_OR_RETURN(const std::vector<Piece> pieces, PiecesOf(text));
  std::string out;
  for (const Piece& piece : pieces) {
    if (!piece.is_name) {
      absl::StrAppend(&out, piece.text);
      continue;
    }
    ASSIGN_OR_RETURN(const Value value, Get(piece.text));
    absl::StrAppend(&out, value.is_text() ? value.text : ToJson(value));
  }
  return out;
}

absl::StatusOr<Value> Names::FillLeaf(absl::string_view text) {
  const std::string lone = LoneName(text);
  if (!lone.empty()) return Get(lone);
  ASSIGN_OR_RETURN(const std::string filled, FillText(text));
  return Value::Text(filled);
}

absl::StatusOr<Value> Names::Fill(const Value& value) {
  if (value.is_text()) {
    absl::StatusOr<Value> filled = FillLeaf(value.text);
    if (!filled.ok())
      return absl::Status(
          filled.status().code(),
          absl::StrCat(value.line, ": ", filled.status().message()));
    filled->line = value.line;
    return filled;
  }
  Value filled = value;
  for (auto& [key, member] : filled.members) {
    ASSIGN_OR_RETURN(member, Fill(member));
  }
  for (Value& element : filled.elements) {
    ASSIGN_OR_RETURN(element, Fill(element));
  }
  return filled;
}

}  // namespace dci::cli::story
