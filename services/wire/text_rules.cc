#include "services/wire/text_rules.h"

#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "services/wire/finding.h"

namespace dci::wire {
namespace {

using schema::Format;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes text apart from the front; every function is false where the front is
// something else.
class Front {
 public:
  explicit Front(absl::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  absl::string_view rest() const { return text_; }
  bool Is(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly `n` digits between the bounds.
  bool Digits(int n, int least, int most) {
    if (static_cast<int>(text_.size()) < n) return false;
    int value = 0;
    for (int i = 0; i < n; ++i) {
      if (!IsDigit(text_[i])) return false;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(n);
    return value >= least && value <= most;
  }
  bool AnyDigits() {
    size_t n = 0;
    while (n < text_.size() && IsDigit(text_[n])) ++n;
    text_.remove_prefix(n);
    return n > 0;
  }

 private:
  absl::string_view text_;
};

bool Day(Front* f) {
  const absl::string_view text = f->rest();
  if (!f->Digits(4, 0, 9999) || !f->Is('-') || !f->Digits(2, 1, 12) ||
      !f->Is('-') || !f->Digits(2, 1, 31)) {
    return false;
  }
  // A month may have fewer days: the civil day of February 30 is another one.
  int year = 0, month = 0, day = 0;
  return absl::SimpleAtoi(text.substr(0, 4), &year) &&
         absl::SimpleAtoi(text.substr(5, 2), &month) &&
         absl::SimpleAtoi(text.substr(8, 2), &day) &&
         absl::CivilDay(year, month, day).day() == day;
}

bool Zone(Front* f) {
  if (f->Is('Z') || f->Is('z')) return true;
  if (!f->Is('+') && !f->Is('-')) return false;
  return f->Digits(2, 0, 23) && f->Is(':') && f->Digits(2, 0, 59);
}

// RFC 3339, 5.6.
bool IsDateTime(absl::string_view text) {
  Front f(text);
  if (!Day(&f) || (!f.Is('T') && !f.Is('t') && !f.Is(' '))) return false;
  if (!f.Digits(2, 0, 23) || !f.Is(':') || !f.Digits(2, 0, 59) || !f.Is(':') ||
      !f.Digits(2, 0, 60)) {
    return false;
  }
  if (f.Is('.') && !f.AnyDigits()) return false;
  return Zone(&f) && f.done();
}

// A day, and after it perhaps a time, seconds, a zone.
bool IsDate(absl::string_view text) {
  Front f(text);
  if (!Day(&f)) return false;
  if (f.done()) return true;
  if (!f.Is('T') && !f.Is('t') && !f.Is(' ')) return false;
  if (!f.Digits(2, 0, 23) || !f.Is(':') || !f.Digits(2, 0, 59)) return false;
  if (f.Is(':')) {
    if (!f.Digits(2, 0, 60)) return false;
    if (f.Is('.') && !f.AnyDigits()) return false;
  }
  return f.done() || (Zone(&f) && f.done());
}

// A scheme and characters of RFC 3986; braces, as in unfilled templates, are
// none.
bool IsUri(absl::string_view text) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos || colon == 0 ||
      colon + 1 == text.size() || !absl::ascii_isalpha(text[0])) {
    return false;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (i < colon) {
      if (!absl::ascii_isalnum(c) && c != '+' && c != '-' && c != '.') {
        return false;
      }
    } else if (!absl::ascii_isgraph(c) ||
               absl::StrContains("\"<>\\^`{|}", text.substr(i, 1))) {
      return false;
    }
  }
  return true;
}

bool IsLocale(absl::string_view text) {
  return text.size() == 3 && absl::ascii_islower(text[0]) &&
         absl::ascii_islower(text[1]) && absl::ascii_islower(text[2]);
}

bool HasFormat(Format format, absl::string_view text) {
  switch (format) {
    case Format::kDateTime:
      return IsDateTime(text);
    case Format::kDate:
      return IsDate(text);
    case Format::kUri:
      return IsUri(text);
    case Format::kDecimal:
      return IsDecimal(text);
    case Format::kLocale:
      return IsLocale(text);
    case Format::kBoolean:
      return ParseBoolean(text).has_value();
    case Format::kNone:
    case Format::kId:
      return true;
  }
  return true;
}

size_t Characters(absl::string_view text) {
  size_t n = 0;
  for (char c : text) n += (c & 0xc0) != 0x80;
  return n;
}

}  // namespace

absl::string_view BrokenRule(const FieldPlan& plan, absl::string_view text) {
  const schema::Field& field = *plan.field;
  if (!HasFormat(field.format, text)) {
    return field.format == Format::kLocale ? rules::kLocale : rules::kFormat;
  }
  if (field.max_length != 0 && text.size() > field.max_length &&
      Characters(text) > field.max_length) {
    return rules::kTooLong;
  }
  if (plan.pattern != nullptr &&
      !RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                      *plan.pattern)) {
    return rules::kFormat;
  }
  return "";
}

bool IsBlank(absl::string_view text) {
  for (char c : text) {
    if (c != ' ') return false;
  }
  return true;
}

bool IsDecimal(absl::string_view text) {
  Front f(text);
  f.Is('-');
  if (!f.AnyDigits()) return false;
  if (f.Is('.') && !f.AnyDigits()) return false;
  return f.done();
}

std::optional<bool> ParseBoolean(absl::string_view text) {
  for (const char* word : {"true", "1", "yes", "y"}) {
    if (absl::EqualsIgnoreCase(text, word)) return true;
  }
  for (const char* word : {"false", "0", "no", "n"}) {
    if (absl::EqualsIgnoreCase(text, word)) return false;
  }
  return std::nullopt;
}

Count ParseCount(absl::string_view number, int32_t* value) {
  if (number.find_first_of(".eE") == absl::string_view::npos) {
    return absl::SimpleAtoi(number, value) ? Count::kOk : Count::kTooGreat;
  }
  double real = 0;
  if (!absl::SimpleAtod(number, &real) || !std::isfinite(real)) {
    return Count::kTooGreat;
  }
  if (real != std::floor(real)) return Count::kFraction;
  if (real < std::numeric_limits<int32_t>::min() ||
      real > std::numeric_limits<int32_t>::max()) {
    return Count::kTooGreat;
  }
  *value = static_cast<int32_t>(real);
  return Count::kOk;
}

}  // namespace dci::wire
