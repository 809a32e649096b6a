// Decimal numbers as bytes that compare as the numbers do.
#ifndef CONVERGENCE_SERVICES_REGISTRY_DECIMAL_KEY_H_
#define CONVERGENCE_SERVICES_REGISTRY_DECIMAL_KEY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::registry {

// Significant digits beyond this make a text no number.
inline constexpr size_t kMaxDecimalDigits = 400;
// Greatest power of ten, either way.
inline constexpr int kMaxDecimalExponent = 1000000;

// Reads [+-]digits[.digits][e[+-]digits], blanks around it allowed. Equal
// numbers give equal bytes ("5", "5.0", "0.5e1"), and bytes order as numbers
// do once a byte 0x00 (or the end of an ordered piece) follows. No rounding.
// Nothing where the text is no such number or beyond the bounds above.
std::optional<std::string> DecimalKey(absl::string_view text);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_DECIMAL_KEY_H_
