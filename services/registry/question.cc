#include "services/registry/question.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "services/registry/consent.h"
#include "services/registry/json_value.h"
#include "services/schema/reason.h"
#include "services/trust/participants.h"
#include "services/wire/json_text.h"

namespace dci::registry {
namespace {

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID, text);
}

bool IsEquality(absl::string_view name) {
  return absl::EqualsIgnoreCase(name, "eq") || name == "$eq";
}

// Of NoSQL queries, which may come without their "$" here as there.
bool IsOtherOperator(absl::string_view name) {
  if (absl::ConsumePrefix(&name, "$")) return true;
  for (const char* op : {"gt", "ge", "gte", "lt", "le", "lte", "ne", "in"})
    if (absl::EqualsIgnoreCase(name, op)) return true;
  return false;
}

absl::Status Add(std::string attribute, const JsonValue& value,
                 std::vector<Asked>* asked) {
  if (!value.is_scalar() || value.type == JsonValue::Type::kNull)
    return Invalid("the value of an equality must be a single one");
  std::string text(absl::StripAsciiWhitespace(value.text));
  if (text.empty()) return Invalid("the value of an equality is empty");
  asked->push_back({std::move(attribute), std::move(text)});
  return absl::OkStatus();
}

// {"attribute_name":…,"operator":…,"attribute_value":…}.
absl::Status AddPredicate(const JsonValue& predicate,
                          std::vector<Asked>* asked) {
  const JsonValue* name = predicate.Find("attribute_name");
  const JsonValue* op = predicate.Find("operator");
  const JsonValue* value = predicate.Find("attribute_value");
  if (name->text.empty()) return Invalid("attribute_name is missing");
  if (op != nullptr && !IsEquality(op->text))
    return Invalid("this question takes equalities only");
  if (value == nullptr) return Invalid("attribute_value is missing");
  return Add(name->text, *value, asked);
}

absl::Status AddObject(const std::string& path, const JsonValue& object,
                       std::vector<Asked>* asked) {
  if (object.members.empty()) return Invalid("the query is empty");
  if (object.Find("attribute_name") != nullptr)
    return AddPredicate(object, asked);
  for (const JsonMember& member : object.members) {
    if (IsEquality(member.key)) {
      if (path.empty()) return Invalid("an equality names no attribute");
      RETURN_IF_ERROR(Add(path, member.value, asked));
      continue;
    }
    if (IsOtherOperator(member.key))
      return Invalid("this question takes equalities only");
    const std::string deeper =
        path.empty() ? member.key : absl::StrCat(path, ".", member.key);
    RETURN_IF_ERROR(member.value.is_object()
                        ? AddObject(deeper, member.value, asked)
                        : Add(deeper, member.value, asked));
  }
  return absl::OkStatus();
}

std::string Quoted(absl::string_view text) {
  std::string out;
  wire::AppendQuoted(text, &out);
  return out;
}

// As a NoSQL query.
std::string QueryText(absl::Span<const std::vector<Asked>> all) {
  std::string text = "{\"$and\":[";
  for (const std::vector<Asked>& any : all) {
    if (text.back() == '}') text += ",";
    text += "{\"$or\":[";
    for (const Asked& one : any)
      absl::StrAppend(&text, text.back() == '}' ? "," : "", "{",
                      Quoted(one.attribute), ":{\"$eq\":", Quoted(one.value),
                      "}}");
    text += "]}";
  }
  return text + "]}";
}

}  // namespace

absl::StatusOr<std::vector<Asked>> ParseQuestion(absl::string_view json) {
  const absl::StatusOr<JsonValue> query = ParseJsonValue(json);
  if (!query.ok()) return Invalid("the query is no JSON");
  std::vector<Asked> asked;
  if (query->is_array()) {
    for (const JsonValue& element : query->elements) {
      if (!element.is_object()) return Invalid("the query lists no objects");
      RETURN_IF_ERROR(AddObject("", element, &asked));
    }
  } else if (query->is_object()) {
    RETURN_IF_ERROR(AddObject("", *query, &asked));
  }
  if (asked.empty()) return Invalid("the query is empty");
  return asked;
}

absl::StatusOr<Answered> Ask(const Registry& registry,
                             const exchange::ItemContext& context,
                             absl::string_view type,
                             absl::Span<const std::vector<Asked>> all,
                             const storage::Snapshot& snapshot) {
  Answered answered;
  const ConsentGate* gate = registry.read_rules().consent;
  if (gate != nullptr && context.request != nullptr) {
    const auto& sender = context.request->sender;
    ASSIGN_OR_RETURN(
        answered.permit,
        gate->Judge(sender == nullptr ? nullptr : &sender->config(),
                    context.request->sender_id, "", "", context.now));
  }
  v1::SearchCriteria criteria;
  criteria.set_query_type("expression");
  criteria.set_reg_record_type(std::string(type));
  criteria.mutable_expression()->mutable_value()->set_text(QueryText(all));
  criteria.mutable_pagination()->set_page_size(kMaxAnswered);
  SearchOptions options;
  options.max_page_size = kMaxAnswered;
  if (answered.permit.restricts())
    options.narrow = [&](std::vector<Target>* targets) {
      return answered.permit.Narrow(targets);
    };
  ASSIGN_OR_RETURN(const SearchPage page,
                   registry.Search(criteria, snapshot, options));
  answered.type = page.type;
  answered.keep = page.keep;
  ASSIGN_OR_RETURN(answered.records, registry.Fetch(page, snapshot));
  return answered;
}

absl::StatusOr<DisclosureLog::Write> WriteDown(
    const Registry& registry, const exchange::ItemContext& context,
    const Answered& answered, absl::Span<const DisclosedRecord> records,
    const storage::Snapshot& snapshot) {
  const DisclosureLog* log = registry.read_rules().log;
  if (log == nullptr) return DisclosureLog::Write();
  DisclosureContext disclosure = DisclosureOf(context);
  disclosure.purpose = answered.permit.purpose();
  disclosure.consent_id = answered.permit.consent_id();
  return log->Prepare(disclosure, *answered.type->message, records, snapshot);
}

}  // namespace dci::registry
