// The small JSON objects of JOSE: headers, keys, claims.
#ifndef CONVERGENCE_SERVICES_TRUST_JSON_OBJECT_H_
#define CONVERGENCE_SERVICES_TRUST_JSON_OBJECT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::trust {

// Members of an object; nested values are kept as JSON text.
class JsonObject {
 public:
  // INVALID_ARGUMENT for what is no JSON object, nests deeper than 32, or has
  // a key twice, which RFC 7515 4 and RFC 7517 4 forbid.
  static absl::StatusOr<JsonObject> Parse(absl::string_view json);

  bool Has(absl::string_view key) const { return members_.contains(key); }
  // The text of a string; nothing where it is absent or of another type.
  std::optional<std::string> String(absl::string_view key) const;
  // The text, or "" where there is none.
  std::string StringOr(absl::string_view key) const;
  // A whole number.
  std::optional<int64_t> Int(absl::string_view key) const;
  // true or false.
  std::optional<bool> Bool(absl::string_view key) const;
  // JSON text of anything but a string.
  std::optional<std::string> Json(absl::string_view key) const;
  // Elements of an array, each as JSON text.
  std::optional<std::vector<std::string>> Array(absl::string_view key) const;

 private:
  struct Value {
    bool is_string;
    std::string text;  // of the string, or JSON
  };
  const Value* Find(absl::string_view key) const;

  absl::flat_hash_map<std::string, Value> members_;
};

}  // namespace dci::trust

#endif  // CONVERGENCE_SERVICES_TRUST_JSON_OBJECT_H_
