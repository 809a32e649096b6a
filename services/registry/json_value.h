// A JSON text as a small tree: queries are read from it. Numbers keep their
// own text, so that no decimal changes on the way.
#ifndef CONVERGENCE_SERVICES_REGISTRY_JSON_VALUE_H_
#define CONVERGENCE_SERVICES_REGISTRY_JSON_VALUE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::registry {

struct JsonMember;

struct JsonValue {
  enum class Type { kNull, kBool, kNumber, kString, kArray, kObject };

  Type type = Type::kNull;
  // true, false, the number's own text, or the string without escapes.
  std::string text;
  std::vector<JsonValue> elements;
  // In the order of the text.
  std::vector<JsonMember> members;

  bool is_object() const { return type == Type::kObject; }
  bool is_array() const { return type == Type::kArray; }
  bool is_scalar() const { return !is_object() && !is_array(); }
  // Null where there is no such member.
  const JsonValue* Find(absl::string_view key) const;
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

// Depth and number of values that a query may have.
inline constexpr int kMaxQueryDepth = 32;
inline constexpr int kMaxQueryValues = 10000;

// INVALID_ARGUMENT where the text is not one JSON value (RFC 8259), has a key
// twice in one object, or goes beyond the bounds above.
absl::StatusOr<JsonValue> ParseJsonValue(absl::string_view text);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_JSON_VALUE_H_
