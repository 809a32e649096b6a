// What the text of a field must look like.
#ifndef CONVERGENCE_SERVICES_WIRE_TEXT_RULES_H_
#define CONVERGENCE_SERVICES_WIRE_TEXT_RULES_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/wire/tables.h"

namespace dci::wire {

// Rule of finding.h that the text breaks; empty where it breaks none.
absl::string_view BrokenRule(const FieldPlan& field, absl::string_view text);

// Nothing but spaces, or nothing at all.
bool IsBlank(absl::string_view text);

// -?digits[.digits]
bool IsDecimal(absl::string_view text);

// true and false in the words that senders use: "true", "1", "yes", "y" and
// their opposites, in any case.
std::optional<bool> ParseBoolean(absl::string_view text);

// What a JSON number is as a count.
enum class Count { kOk, kFraction, kTooGreat };
Count ParseCount(absl::string_view number, int32_t* value);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_TEXT_RULES_H_
