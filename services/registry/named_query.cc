#include "services/registry/named_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/nosql.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID, text);
}

// The name in "${name}"; empty for any other value.
std::string ParameterOf(const JsonValue& value) {
  const std::string& text = value.text;
  if (value.type != JsonValue::Type::kString || text.size() < 4 ||
      !absl::StartsWith(text, "${") || text.back() != '}')
    return "";
  return text.substr(2, text.size() - 3);
}

void CollectParameters(const JsonValue& value, std::vector<std::string>* out) {
  if (std::string name = ParameterOf(value); !name.empty())
    out->push_back(std::move(name));
  for (const JsonValue& element : value.elements)
    CollectParameters(element, out);
  for (const auto& member : value.members) CollectParameters(member.value, out);
}

bool IsPlain(const JsonValue& value) {
  if (value.is_array())
    return std::all_of(value.elements.begin(), value.elements.end(),
                       [](const JsonValue& e) { return e.is_scalar(); });
  return value.is_scalar();
}

absl::Status Substitute(const JsonValue& params, JsonValue* value) {
  if (const std::string name = ParameterOf(*value); !name.empty()) {
    const JsonValue* given = params.Find(name);
    if (given == nullptr || given->type == JsonValue::Type::kNull)
      return Invalid(absl::StrCat("parameter ", name, " is missing"));
    if (!IsPlain(*given))
      return Invalid(absl::StrCat("parameter ", name, " is no plain value"));
    *value = *given;
    return absl::OkStatus();
  }
  for (JsonValue& element : value->elements)
    RETURN_IF_ERROR(Substitute(params, &element));
  for (auto& member : value->members)
    RETURN_IF_ERROR(Substitute(params, &member.value));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NamedQueries> NamedQueries::Build(
    absl::Span<const config::v1::NamedQueryConfig* const> configs,
    const schema::Service& service) {
  NamedQueries result;
  for (const config::v1::NamedQueryConfig* config : configs) {
    auto fail = [&](absl::string_view why) {
      return absl::InvalidArgumentError(
          absl::StrCat("named query ", config->name(), ": ", why));
    };
    Entry entry;
    entry.record = service.FindRecord(config->record());
    if (entry.record == nullptr)
      return fail(absl::StrCat("no record ", config->record()));
    absl::StatusOr<JsonValue> query = ParseJsonValue(config->query());
    if (!query.ok()) return fail(query.status().message());
    entry.query = *std::move(query);
    if (absl::Status read = ParseNoSql(entry.query).status(); !read.ok())
      return fail(read.message());
    CollectParameters(entry.query, &entry.parameters);
    std::sort(entry.parameters.begin(), entry.parameters.end());
    if (!result.entries_.emplace(config->name(), std::move(entry)).second)
      return fail("stands twice");
  }
  return result;
}

absl::StatusOr<NamedQueries::Filled> NamedQueries::Fill(
    absl::string_view name, const JsonValue& params) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    return Invalid(absl::StrCat("no query ", Quoted(name), " is offered"));
  const Entry& entry = found->second;
  if (!params.is_object() && params.type != JsonValue::Type::kNull)
    return Invalid("query_params is no object");
  for (const auto& member : params.members)
    if (!std::binary_search(entry.parameters.begin(), entry.parameters.end(),
                            member.key))
      return Invalid(
          absl::StrCat("the query has no parameter ", Quoted(member.key)));
  JsonValue query = entry.query;
  RETURN_IF_ERROR(Substitute(params, &query));
  ASSIGN_OR_RETURN(Condition condition, ParseNoSql(query));
  return Filled{entry.record, std::move(condition)};
}

std::vector<std::string> NamedQueries::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry.first);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace dci::registry
