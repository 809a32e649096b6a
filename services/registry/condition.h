// A query as it was sent: names and values, not yet resolved against a record
// type. Every query type of the standards is read into one of these.
#ifndef CONVERGENCE_SERVICES_REGISTRY_CONDITION_H_
#define CONVERGENCE_SERVICES_REGISTRY_CONDITION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/json_value.h"
#include "services/registry/query.h"
#include "services/registry/record_type.h"

namespace dci::registry {

struct Condition {
  enum class Kind { kAnd, kOr, kNot, kCompare, kIdentifier };

  Kind kind = Kind::kAnd;  // without children: every record
  std::vector<Condition> children;

  // kCompare: an attribute; kIdentifier: a type of identifier.
  std::string name;
  Op op = Op::kIn;
  std::vector<JsonValue> values;  // scalars; null means "is absent"
};

// The comparison that an operator's name means, with or without "$" and in
// any case: eq ne gt gte ge lt lte le in nin exists. `value` is a list for in
// and nin (a scalar is a list of one), a boolean for exists, otherwise a
// scalar. Errors: a refusal with rjct.search_criteria.invalid.
absl::StatusOr<Condition> MakeComparison(std::string attribute,
                                         absl::string_view op,
                                         const JsonValue& value);

// True where MakeComparison knows the name.
bool IsOperator(absl::string_view op);

// Resolves names and values for records of `type`. NOT_FOUND names an
// attribute that it does not have; a refusal with rjct.search_criteria.invalid
// names one that cannot be compared so, or with such a value. Values
// themselves are never named.
absl::StatusOr<Query> Bind(const Condition& condition, const RecordType& type);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_CONDITION_H_
