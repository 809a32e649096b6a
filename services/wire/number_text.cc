#include "services/wire/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include "absl/strings/charconv.h"
#include "absl/strings/str_cat.h"

namespace dci::wire {
namespace {

// A double as 0.DIGITS × 10^point, with the fewest digits that read as the
// same double.
struct Shortest {
  std::string digits;
  int point = 0;
  bool negative = false;
};

Shortest Digits(double value) {
  char buffer[40];
  // "d.ddde-dd": the shortest form, always with an exponent.
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), std::fabs(value),
                    std::chars_format::scientific)
          .ptr;
  Shortest s;
  s.negative = std::signbit(value);
  const char* p = buffer;
  for (; p < end && *p != 'e'; ++p) {
    if (*p != '.') s.digits.push_back(*p);
  }
  s.point = std::atoi(std::string(p + 1, end - p - 1).c_str()) + 1;
  return s;
}

bool ToDouble(absl::string_view number, double* value) {
  const auto read =
      absl::from_chars(number.data(), number.data() + number.size(), *value);
  // Out of range is also what is too small, and that is zero.
  return read.ec == std::errc() || std::fabs(*value) < 1;
}

// Digits with the point among, before or after them.
void AppendPlain(const Shortest& s, std::string* out) {
  const int count = static_cast<int>(s.digits.size());
  if (s.point <= 0) {
    absl::StrAppend(out, "0.", std::string(-s.point, '0'), s.digits);
  } else if (s.point < count) {
    absl::StrAppend(out, s.digits.substr(0, s.point), ".",
                    s.digits.substr(s.point));
  } else {
    absl::StrAppend(out, s.digits, std::string(s.point - count, '0'));
  }
}

// "d.ddde+x"; `width` is the least number of digits of the exponent.
void AppendScientific(const Shortest& s, size_t width, std::string* out) {
  out->push_back(s.digits[0]);
  if (s.digits.size() > 1) absl::StrAppend(out, ".", s.digits.substr(1));
  const int exponent = s.point - 1;
  std::string text = absl::StrCat(std::abs(exponent));
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  absl::StrAppend(out, exponent < 0 ? "e-" : "e+", text);
}

}  // namespace

bool AppendEcmaScriptNumber(absl::string_view number, std::string* out) {
  double value = 0;
  if (!ToDouble(number, &value)) return false;
  if (value == 0) {
    out->push_back('0');  // Also for -0.
    return true;
  }
  const Shortest s = Digits(value);
  if (s.negative) out->push_back('-');
  if (s.point > -6 && s.point <= 21) {
    AppendPlain(s, out);
  } else {
    AppendScientific(s, 1, out);
  }
  return true;
}

bool AppendPythonNumber(absl::string_view number, std::string* out) {
  if (number.find_first_of(".eE") == absl::string_view::npos) {
    absl::StrAppend(out, number == "-0" ? absl::string_view("0") : number);
    return true;
  }
  double value = 0;
  if (!ToDouble(number, &value)) return false;
  Shortest s = Digits(value);
  if (value == 0) s.point = 1;
  if (s.negative) out->push_back('-');
  if (s.point > -4 && s.point <= 16) {
    AppendPlain(s, out);
    if (s.point >= static_cast<int>(s.digits.size())) out->append(".0");
  } else {
    AppendScientific(s, 2, out);
  }
  return true;
}

}  // namespace dci::wire
