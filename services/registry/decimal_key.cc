#include "services/registry/decimal_key.h"

#include <cstdint>

#include "absl/strings/ascii.h"

namespace dci::registry {
namespace {

// First byte: negative numbers, then zero, then positive ones.
constexpr char kNegative = 0x20;
constexpr char kZero = 0x40;
constexpr char kPositive = 0x60;

// ±0.DIGITS × 10^exponent, without zeros at either end of DIGITS.
struct Parts {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
};

bool ConsumeSign(absl::string_view* text) {
  if (text->empty()) return false;
  const char c = text->front();
  if (c != '-' && c != '+') return false;
  text->remove_prefix(1);
  return c == '-';
}

absl::string_view ConsumeDigits(absl::string_view* text) {
  size_t n = 0;
  while (n < text->size() && absl::ascii_isdigit((*text)[n])) ++n;
  const absl::string_view digits = text->substr(0, n);
  text->remove_prefix(n);
  return digits;
}

// The part from "e" on; false where it is there and no exponent.
bool ConsumeExponent(absl::string_view* text, int64_t* exponent) {
  if (text->empty()) return true;
  if (text->front() != 'e' && text->front() != 'E') return false;
  text->remove_prefix(1);
  const bool negative = ConsumeSign(text);
  const absl::string_view digits = ConsumeDigits(text);
  if (digits.empty() || digits.size() > 9) return false;
  int64_t value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  *exponent = negative ? -value : value;
  return true;
}

std::optional<Parts> Parse(absl::string_view text) {
  Parts parts;
  parts.negative = ConsumeSign(&text);
  const absl::string_view whole = ConsumeDigits(&text);
  absl::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = ConsumeDigits(&text);
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (!ConsumeExponent(&text, &parts.exponent) || !text.empty())
    return std::nullopt;
  parts.digits = std::string(whole);
  parts.digits.append(fraction.data(), fraction.size());
  parts.exponent += static_cast<int64_t>(whole.size());
  const size_t first = parts.digits.find_first_not_of('0');
  if (first == std::string::npos) return Parts{};
  parts.exponent -= static_cast<int64_t>(first);
  parts.digits.erase(0, first);
  parts.digits.erase(parts.digits.find_last_not_of('0') + 1);
  return parts;
}

}  // namespace

std::optional<std::string> DecimalKey(absl::string_view text) {
  const std::optional<Parts> parts = Parse(absl::StripAsciiWhitespace(text));
  if (!parts.has_value()) return std::nullopt;
  if (parts->digits.empty()) return std::string(1, kZero);
  if (parts->digits.size() > kMaxDecimalDigits ||
      parts->exponent > kMaxDecimalExponent ||
      parts->exponent < -kMaxDecimalExponent)
    return std::nullopt;
  const uint32_t biased = static_cast<uint32_t>(parts->exponent + (1 << 30));
  std::string magnitude;
  for (int shift = 24; shift >= 0; shift -= 8)
    magnitude.push_back(static_cast<char>((biased >> shift) & 0xff));
  magnitude += parts->digits;
  if (!parts->negative) return kPositive + magnitude;
  // Complemented, a longer number sorts before its own beginning; the byte
  // 0xff at the end makes it so.
  for (char& c : magnitude) c = static_cast<char>(~c);
  return kNegative + magnitude + '\xff';
}

}  // namespace dci::registry
