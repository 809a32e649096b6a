// Values as indexes and comparisons see them: one spelling for what means the
// same, as bytes that order as the values do.
#ifndef CONVERGENCE_SERVICES_REGISTRY_NORMAL_FORM_H_
#define CONVERGENCE_SERVICES_REGISTRY_NORMAL_FORM_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/schema/model.h"

namespace dci::registry {

// Texts longer than this are cut and closed with a digest: equal texts stay
// equal, different ones different; the order among those that begin alike for
// so many bytes is arbitrary.
inline constexpr size_t kMaxNormalText = 256;

// How the values of a field compare.
enum class ValueKind {
  kText,     // as they stand, byte for byte; case counts
  kCode,     // by code: labels and aliases of the list mean their code
  kDate,     // by UTC day
  kDecimal,  // as numbers, exactly
  kBoolean,
  kNone,  // not at all: an object
};
ValueKind ValueKindOf(const schema::Field& field);

// The normal form of a value given as text. Nothing where the text is no
// value of the field's kind: it is not indexed, and equals and orders with
// nothing.
std::optional<std::string> NormalForm(const schema::Field& field,
                                      absl::string_view text);

// The UTC day of a date or date-time, "1995-09-21"; a zone, seconds and time
// may be missing, and 21.09.1995 is read (data objects of the published
// samples carry all of these). Nothing for other texts and impossible days.
std::optional<std::string> UtcDay(absl::string_view text);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_NORMAL_FORM_H_
