#include "services/registry/nosql.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID, text);
}

Condition Of(Condition::Kind kind, std::vector<Condition> children) {
  Condition condition;
  condition.kind = kind;
  condition.children = std::move(children);
  return condition;
}

Condition Not(Condition child) {
  std::vector<Condition> children;
  children.push_back(std::move(child));
  return Of(Condition::Kind::kNot, std::move(children));
}

// One that joins queries, by its name without "$"; empty for other keys. With
// a "$" it can be nothing else; without one it must hold a list.
absl::string_view Junction(absl::string_view key, const JsonValue& value) {
  const bool sure = absl::ConsumePrefix(&key, "$");
  for (absl::string_view name : {"and", "or", "nor", "not"})
    if (absl::EqualsIgnoreCase(key, name) && (sure || value.is_array()))
      return name;
  return "";
}

absl::StatusOr<std::vector<Condition>> ParseList(absl::string_view name,
                                                 const JsonValue& value) {
  std::vector<Condition> conditions;
  if (value.is_object()) {
    ASSIGN_OR_RETURN(Condition condition, ParseNoSql(value));
    conditions.push_back(std::move(condition));
    return conditions;
  }
  if (!value.is_array() || value.elements.empty())
    return Invalid(absl::StrCat("$", name, " needs a list of queries"));
  for (const JsonValue& element : value.elements) {
    ASSIGN_OR_RETURN(Condition condition, ParseNoSql(element));
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

absl::StatusOr<Condition> ParseJunction(absl::string_view name,
                                        const JsonValue& value) {
  ASSIGN_OR_RETURN(std::vector<Condition> list, ParseList(name, value));
  if (name == "and") return Of(Condition::Kind::kAnd, std::move(list));
  if (name == "or") return Of(Condition::Kind::kOr, std::move(list));
  if (name == "nor") return Not(Of(Condition::Kind::kOr, std::move(list)));
  return Not(Of(Condition::Kind::kAnd, std::move(list)));
}

bool IsNot(absl::string_view key) {
  return absl::EqualsIgnoreCase(key, "$not") ||
         absl::EqualsIgnoreCase(key, "not");
}

absl::StatusOr<Condition> ParseAttribute(const std::string& name,
                                         const JsonValue& value);

// {"$gte":1,"$lt":5}, {"$not":{"$lt":5}}
absl::StatusOr<Condition> ParseOperators(const std::string& attribute,
                                         const JsonValue& operators) {
  std::vector<Condition> all;
  for (const auto& [op, value] : operators.members) {
    if (IsNot(op) && value.is_object()) {
      ASSIGN_OR_RETURN(Condition inner, ParseOperators(attribute, value));
      all.push_back(Not(std::move(inner)));
      continue;
    }
    ASSIGN_OR_RETURN(Condition condition, MakeComparison(attribute, op, value));
    all.push_back(std::move(condition));
  }
  if (all.empty())
    return Invalid(absl::StrCat(Quoted(attribute), " is compared with {}"));
  if (all.size() == 1) return std::move(all.front());
  return Of(Condition::Kind::kAnd, std::move(all));
}

absl::StatusOr<Condition> ParseSteps(const std::string& name,
                                     const JsonValue& value) {
  std::vector<Condition> all;
  for (const auto& [key, inner] : value.members) {
    ASSIGN_OR_RETURN(Condition condition,
                     ParseAttribute(absl::StrCat(name, ".", key), inner));
    all.push_back(std::move(condition));
  }
  return Of(Condition::Kind::kAnd, std::move(all));
}

absl::StatusOr<Condition> ParseAttribute(const std::string& name,
                                         const JsonValue& value) {
  if (value.is_array())
    return Invalid(
        absl::StrCat(Quoted(name), " is compared with a list: use $in"));
  if (!value.is_object()) return MakeComparison(name, "eq", value);
  const bool steps = !value.members.empty() &&
                     std::none_of(value.members.begin(), value.members.end(),
                                  [](const auto& member) {
                                    return absl::StartsWith(member.key, "$") ||
                                           IsOperator(member.key) ||
                                           IsNot(member.key);
                                  });
  return steps ? ParseSteps(name, value) : ParseOperators(name, value);
}

}  // namespace

absl::StatusOr<Condition> ParseNoSql(const JsonValue& query) {
  if (query.is_array()) {
    ASSIGN_OR_RETURN(std::vector<Condition> list, ParseList("and", query));
    return Of(Condition::Kind::kAnd, std::move(list));
  }
  if (!query.is_object()) return Invalid("the query is no object");
  std::vector<Condition> all;
  for (const auto& [key, value] : query.members) {
    const absl::string_view junction = Junction(key, value);
    if (junction.empty() && absl::StartsWith(key, "$"))
      return Invalid(absl::StrCat("operator ", Quoted(key), " is not known"));
    absl::StatusOr<Condition> condition = junction.empty()
                                              ? ParseAttribute(key, value)
                                              : ParseJunction(junction, value);
    if (!condition.ok()) return std::move(condition).status();
    all.push_back(*std::move(condition));
  }
  if (all.size() == 1) return std::move(all.front());
  return Of(Condition::Kind::kAnd, std::move(all));
}

absl::StatusOr<NoSqlExpression> ParseNoSqlExpression(const JsonValue& value) {
  const JsonValue* at = value.Find("expression");
  if (at == nullptr) at = &value;
  NoSqlExpression result;
  const JsonValue* query = at->Find("query");
  if (const JsonValue* collection = at->Find("collection");
      collection != nullptr && collection->type == JsonValue::Type::kString)
    result.collection = collection->text;
  JsonValue bare;
  if (query == nullptr) {
    bare = *at;
    bare.members.erase(
        std::remove_if(bare.members.begin(), bare.members.end(),
                       [](const auto& m) { return m.key == "collection"; }),
        bare.members.end());
    query = &bare;
  }
  ASSIGN_OR_RETURN(result.condition, ParseNoSql(*query));
  return result;
}

}  // namespace dci::registry
