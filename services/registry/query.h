// A query, resolved against one record type: what the planner plans, and what
// a single record can be matched against (subscriptions do only that).
#ifndef CONVERGENCE_SERVICES_REGISTRY_QUERY_H_
#define CONVERGENCE_SERVICES_REGISTRY_QUERY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/registry/attribute.h"

namespace dci::registry {

enum class Op { kIn, kLess, kLessEqual, kGreater, kGreaterEqual, kExists };

// A comparison holds for a record if any of the attribute's values in it
// satisfies it, so one that is missing or unreadable satisfies none; `not`
// holds where its child does not.
struct Query {
  enum class Kind { kAnd, kOr, kNot, kCompare };

  Kind kind = Kind::kAnd;  // without children: every record
  std::vector<Query> children;

  Attribute attribute;
  Op op = Op::kIn;
  // Normal forms: of kIn any number, sorted, each once (equality is kIn of
  // one); of the orders exactly one; of kExists none.
  std::vector<std::string> values;

  static Query All() { return Query(); }
  static Query And(std::vector<Query> children);
  static Query Or(std::vector<Query> children);
  static Query Not(Query child);
  static Query Compare(Attribute attribute, Op op,
                       std::vector<std::string> values);
};

// True where the record, wire bytes, satisfies the query.
bool Matches(const Query& query, absl::string_view record);

// For explanations: attributes and operators, never values.
std::string ToText(const Query& query);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_QUERY_H_
