#include "services/registry/condition.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "services/registry/normal_form.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID, text);
}

struct Operator {
  absl::string_view name;
  Op op;
  bool negated;
};
constexpr std::array<Operator, 11> kOperators = {{
    {"eq", Op::kIn, false},
    {"ne", Op::kIn, true},
    {"in", Op::kIn, false},
    {"nin", Op::kIn, true},
    {"lt", Op::kLess, false},
    {"le", Op::kLessEqual, false},
    {"lte", Op::kLessEqual, false},
    {"gt", Op::kGreater, false},
    {"ge", Op::kGreaterEqual, false},
    {"gte", Op::kGreaterEqual, false},
    {"exists", Op::kExists, false},
}};

const Operator* FindOperator(absl::string_view name) {
  name = absl::StripAsciiWhitespace(name);
  absl::ConsumePrefix(&name, "$");
  for (const Operator& op : kOperators)
    if (absl::EqualsIgnoreCase(op.name, name)) return &op;
  return nullptr;
}

Condition Negated(Condition condition) {
  Condition result;
  result.kind = Condition::Kind::kNot;
  result.children.push_back(std::move(condition));
  return result;
}

bool IsList(absl::string_view op) { return absl::EndsWithIgnoreCase(op, "in"); }

absl::StatusOr<bool> AsBoolean(absl::string_view attribute,
                               const JsonValue& value) {
  if (value.is_scalar() && (value.text == "true" || value.text == "1"))
    return true;
  if (value.is_scalar() && (value.text == "false" || value.text == "0"))
    return false;
  return Invalid(
      absl::StrCat("exists of ", Quoted(attribute), " needs true or false"));
}

// The normal form of a value for one attribute.
absl::StatusOr<std::string> BindValue(const Attribute& attribute,
                                      const JsonValue& value) {
  const schema::Field& leaf = attribute.path.leaf();
  if (ValueKindOf(leaf) == ValueKind::kNone)
    return Invalid(absl::StrCat(Quoted(attribute.name),
                                " is an object and cannot be compared"));
  std::optional<std::string> normal = NormalForm(leaf, value.text);
  if (normal.has_value()) return *std::move(normal);
  absl::string_view wanted = "a value";
  if (ValueKindOf(leaf) == ValueKind::kDate) wanted = "a date";
  if (ValueKindOf(leaf) == ValueKind::kDecimal) wanted = "a number";
  if (ValueKindOf(leaf) == ValueKind::kBoolean) wanted = "true or false";
  return Invalid(absl::StrCat(Quoted(attribute.name), " needs ", wanted));
}

absl::StatusOr<Query> BindCompare(const Condition& condition,
                                  Attribute attribute) {
  if (condition.op == Op::kExists)
    return Query::Compare(std::move(attribute), Op::kExists, {});
  std::vector<std::string> values;
  bool or_absent = false;
  for (const JsonValue& value : condition.values) {
    if (value.type == JsonValue::Type::kNull) {
      or_absent = true;
      continue;
    }
    ASSIGN_OR_RETURN(std::string normal, BindValue(attribute, value));
    values.push_back(std::move(normal));
  }
  if (!or_absent)
    return Query::Compare(std::move(attribute), condition.op,
                          std::move(values));
  if (condition.op != Op::kIn)
    return Invalid(absl::StrCat(Quoted(attribute.name),
                                " cannot be ordered against null"));
  Query absent = Query::Not(Query::Compare(attribute, Op::kExists, {}));
  if (values.empty()) return absent;
  return Query::Or(
      {std::move(absent),
       Query::Compare(std::move(attribute), condition.op, std::move(values))});
}

}  // namespace

bool IsOperator(absl::string_view op) { return FindOperator(op) != nullptr; }

absl::StatusOr<Condition> MakeComparison(std::string attribute,
                                         absl::string_view op,
                                         const JsonValue& value) {
  const Operator* known = FindOperator(op);
  if (known == nullptr)
    return Invalid(absl::StrCat("operator ", Quoted(op), " is not known"));
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.op = known->op;
  if (known->op == Op::kExists) {
    ASSIGN_OR_RETURN(const bool wanted, AsBoolean(attribute, value));
    condition.name = std::move(attribute);
    return wanted ? condition : Negated(std::move(condition));
  }
  if (IsList(known->name) && value.is_array()) {
    condition.values = value.elements;
  } else {
    condition.values = {value};
  }
  for (const JsonValue& each : condition.values)
    if (!each.is_scalar())
      return Invalid(absl::StrCat("operator ", Quoted(op), " of ",
                                  Quoted(attribute),
                                  " needs a text, number or boolean"));
  condition.name = std::move(attribute);
  return known->negated ? Negated(std::move(condition)) : condition;
}

absl::StatusOr<Query> Bind(const Condition& condition, const RecordType& type) {
  if (condition.kind == Condition::Kind::kIdentifier) {
    ASSIGN_OR_RETURN(Attribute attribute, FindIdentifier(type, condition.name));
    return BindCompare(condition, std::move(attribute));
  }
  if (condition.kind == Condition::Kind::kCompare) {
    ASSIGN_OR_RETURN(Attribute attribute, FindAttribute(type, condition.name));
    return BindCompare(condition, std::move(attribute));
  }
  std::vector<Query> children;
  for (const Condition& child : condition.children) {
    ASSIGN_OR_RETURN(Query query, Bind(child, type));
    children.push_back(std::move(query));
  }
  if (condition.kind == Condition::Kind::kNot)
    return Query::Not(std::move(children.front()));
  return condition.kind == Condition::Kind::kOr
             ? Query::Or(std::move(children))
             : Query::And(std::move(children));
}

}  // namespace dci::registry
