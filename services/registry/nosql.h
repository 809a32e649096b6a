// NoSQL queries, as `value.expression.query` of an expression carries them.
#ifndef CONVERGENCE_SERVICES_REGISTRY_NOSQL_H_
#define CONVERGENCE_SERVICES_REGISTRY_NOSQL_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/registry/condition.h"
#include "services/registry/json_value.h"

namespace dci::registry {

// Reads a query object: $and, $or, $nor over lists of queries, $not over one;
// otherwise attribute to value (equality) or to an object of operators (see
// MakeComparison; $not negates one). Objects without operators are steps of a
// path: {"a":{"b":1}} is {"a.b":1}. Operators may come without their "$". All
// members of an object must hold; an empty one holds for every record.
// Errors: a refusal with rjct.search_criteria.invalid.
absl::StatusOr<Condition> ParseNoSql(const JsonValue& query);

// The query, and the collection it is for, of an expression's `value`: under
// `expression` and there under `query`, where these levels exist.
struct NoSqlExpression {
  std::string collection;  // empty: none given
  Condition condition;
};
absl::StatusOr<NoSqlExpression> ParseNoSqlExpression(const JsonValue& value);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_NOSQL_H_
