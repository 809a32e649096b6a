// ParseQuery of criteria.h: one function for each query type.
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/criteria.h"
#include "services/registry/nosql.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID, text);
}

JsonValue TextValue(const std::string& text) {
  JsonValue value;
  value.type = JsonValue::Type::kString;
  value.text = text;
  return value;
}

absl::StatusOr<JsonValue> ParseMember(absl::string_view name,
                                      const common::v1::Json& json) {
  absl::StatusOr<JsonValue> value = ParseJsonValue(json.text());
  if (value.ok()) return value;
  return Invalid(absl::StrCat(name, ": ", value.status().message()));
}

absl::StatusOr<Condition> ParseIdentifier(const v1::IdentifierQuery& query) {
  if (query.type().empty()) return Invalid("query.type is missing");
  if (query.value().empty()) return Invalid("query.value is missing");
  Condition condition;
  condition.kind = Condition::Kind::kIdentifier;
  condition.name = query.type();
  condition.values = {TextValue(query.value())};
  return condition;
}

absl::StatusOr<Condition> ParsePredicate(absl::string_view member,
                                         const v1::Predicate& predicate) {
  if (predicate.attribute_name().empty())
    return Invalid(absl::StrCat(member, ".attribute_name is missing"));
  if (predicate.operator_().empty())
    return Invalid(absl::StrCat(member, ".operator is missing"));
  if (!predicate.has_attribute_value())
    return Invalid(absl::StrCat(member, ".attribute_value is missing"));
  ASSIGN_OR_RETURN(const JsonValue value,
                   ParseMember("attribute_value", predicate.attribute_value()));
  return MakeComparison(predicate.attribute_name(), predicate.operator_(),
                        value);
}

// "and", "or", or "not", which means "first and not second".
absl::StatusOr<Condition> Join(absl::string_view condition, Condition first,
                               Condition second) {
  Condition result;
  if (absl::EqualsIgnoreCase(condition, "or")) {
    result.kind = Condition::Kind::kOr;
  } else if (absl::EqualsIgnoreCase(condition, "not")) {
    Condition inner;
    inner.kind = Condition::Kind::kNot;
    inner.children.push_back(std::move(second));
    second = std::move(inner);
  } else if (!condition.empty() && !absl::EqualsIgnoreCase(condition, "and")) {
    return Invalid(
        absl::StrCat("condition ", Quoted(condition), " is not known"));
  }
  result.children.push_back(std::move(first));
  result.children.push_back(std::move(second));
  return result;
}

absl::StatusOr<Condition> ParsePair(const v1::PredicateWithCondition& pair) {
  // A third expression would narrow or widen what is disclosed: it cannot be
  // passed over.
  for (const common::v1::Extra& extra : pair.extras())
    if (absl::StartsWithIgnoreCase(extra.path(), "expression"))
      return Invalid(absl::StrCat(Quoted(extra.path()),
                                  " is not part of the standard: use another "
                                  "element of the list"));
  if (!pair.has_expression1()) return Invalid("expression1 is missing");
  ASSIGN_OR_RETURN(Condition first,
                   ParsePredicate("expression1", pair.expression1()));
  if (!pair.has_expression2()) {
    if (pair.condition().empty() ||
        absl::EqualsIgnoreCase(pair.condition(), "and"))
      return first;
    return Invalid(absl::StrCat("condition ", Quoted(pair.condition()),
                                " without expression2"));
  }
  ASSIGN_OR_RETURN(Condition second,
                   ParsePredicate("expression2", pair.expression2()));
  return Join(pair.condition(), std::move(first), std::move(second));
}

absl::StatusOr<Condition> ParsePredicates(const v1::PredicateList& list) {
  if (list.predicates().empty()) return Invalid("the query is an empty list");
  // All must hold, so that the order of seq_num changes nothing.
  Condition all;
  for (const v1::PredicateWithCondition& pair : list.predicates()) {
    ASSIGN_OR_RETURN(Condition condition, ParsePair(pair));
    all.children.push_back(std::move(condition));
  }
  return all;
}

absl::StatusOr<SentQuery> ParseExpression(const schema::Service& service,
                                          const v1::ExpressionQuery& query) {
  const absl::string_view language = schema::LastSegment(query.type());
  if (!language.empty() && !absl::EqualsIgnoreCase(language, "nosql"))
    return Invalid(
        absl::StrCat("query language ", Quoted(language), " is not offered"));
  if (!query.has_value()) return Invalid("query.value is missing");
  ASSIGN_OR_RETURN(const JsonValue value,
                   ParseMember("query.value", query.value()));
  ASSIGN_OR_RETURN(NoSqlExpression expression, ParseNoSqlExpression(value));
  return SentQuery{std::move(expression.condition),
                   service.FindRecord(expression.collection)};
}

absl::StatusOr<SentQuery> ParseNamed(const NamedQueries& named,
                                     const v1::NamedQuery& query) {
  JsonValue params;
  if (query.has_query_params()) {
    ASSIGN_OR_RETURN(params, ParseMember("query_params", query.query_params()));
  }
  ASSIGN_OR_RETURN(NamedQueries::Filled filled,
                   named.Fill(query.query_name(), params));
  return SentQuery{std::move(filled.condition), filled.record};
}

}  // namespace

absl::StatusOr<SentQuery> ParseQuery(const schema::Service& service,
                                     const NamedQueries& named,
                                     const v1::SearchCriteria& criteria) {
  if (absl::EqualsIgnoreCase(criteria.query_type(), "graphql"))
    return Invalid("query_type graphql is not offered");
  absl::StatusOr<Condition> condition;
  switch (criteria.query_case()) {
    case v1::SearchCriteria::kIdtypeValue:
      condition = ParseIdentifier(criteria.idtype_value());
      break;
    case v1::SearchCriteria::kPredicate:
      condition = ParsePredicates(criteria.predicate());
      break;
    case v1::SearchCriteria::kExpression:
      return ParseExpression(service, criteria.expression());
    case v1::SearchCriteria::kNamedQuery:
      return ParseNamed(named, criteria.named_query());
    case v1::SearchCriteria::kOther:
      return Invalid("the query has the shape of no query type");
    case v1::SearchCriteria::QUERY_NOT_SET:
      return Invalid("query is missing");
  }
  if (!condition.ok()) return std::move(condition).status();
  return SentQuery{*std::move(condition), nullptr};
}

}  // namespace dci::registry
