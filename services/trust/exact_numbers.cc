#include "services/trust/exact_numbers.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dci::trust {
namespace {

// One JSON number as digits and a power of ten, without zeros at either end.
// An exponent of more digits than anybody means stays as it is spelt.
std::string Exact(absl::string_view number) {
  const absl::string_view whole = number;
  const bool negative = number.front() == '-';
  if (negative) number.remove_prefix(1);
  const size_t e = number.find_first_of("eE");
  int32_t exponent = 0;
  if (e != absl::string_view::npos) {
    absl::string_view power = number.substr(e + 1);
    absl::ConsumePrefix(&power, "+");
    if (power.size() > 9 || !absl::SimpleAtoi(power, &exponent))
      return std::string(whole);
    number = number.substr(0, e);
  }
  const size_t point = number.find('.');
  std::string digits(number.substr(0, point));
  if (point != absl::string_view::npos) {
    absl::StrAppend(&digits, number.substr(point + 1));
    exponent -= static_cast<int32_t>(number.size() - point - 1);
  }
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0e0";
  const size_t last = digits.find_last_not_of('0');
  exponent += static_cast<int32_t>(digits.size() - 1 - last);
  return absl::StrCat(negative ? "-" : "",
                      digits.substr(first, last - first + 1), "e", exponent);
}

}  // namespace

std::string WithExactNumbers(absl::string_view json) {
  std::string out;
  out.reserve(json.size());
  size_t i = 0;
  while (i < json.size()) {
    const size_t start = i;
    if (json[i] == '"') {
      for (++i; i < json.size() && json[i] != '"'; ++i)
        if (json[i] == '\\') ++i;
      ++i;
      absl::StrAppend(&out, json.substr(start, i - start));
    } else if (json[i] == '-' || absl::ascii_isdigit(json[i])) {
      i = json.find_first_of(",]}", start);
      if (i == absl::string_view::npos) i = json.size();
      absl::StrAppend(&out, Exact(json.substr(start, i - start)));
    } else {
      out.push_back(json[i++]);
    }
  }
  return out;
}

}  // namespace dci::trust
