#include "services/registry/criteria.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/status_macros.h"
#include "services/registry/normal_form.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID, text);
}

// A registry of another kind has nothing to say, whatever the query.
absl::Status CheckRegType(const schema::Service& service,
                          absl::string_view reg_type) {
  const absl::string_view kind = schema::LastSegment(reg_type);
  if (kind.empty() || absl::EqualsIgnoreCase(kind, "unknown") ||
      absl::EqualsIgnoreCase(kind, schema::LastSegment(service.reg_type)))
    return absl::OkStatus();
  for (const std::string& prefix : service.prefixes)
    if (absl::EqualsIgnoreCase(kind, prefix)) return absl::OkStatus();
  return Invalid(absl::StrCat("reg_type ", Quoted(kind), " is not held here"));
}

// The type that the request itself names; null where it names none.
absl::StatusOr<const RecordType*> NamedType(
    const Catalog& catalog, const v1::SearchCriteria& criteria) {
  for (const auto& [member, text] :
       {std::pair<absl::string_view, absl::string_view>{
            "reg_record_type", criteria.reg_record_type()},
        {"response_entity", criteria.response_entity()}}) {
    if (text.empty()) continue;
    const RecordType* type = catalog.FindByName(text);
    if (type != nullptr) return type;
    return Invalid(
        absl::StrCat(member, " ", Quoted(text), " is not held here"));
  }
  return nullptr;
}

bool Knows(const Condition& condition, const RecordType& type) {
  return condition.kind == Condition::Kind::kIdentifier
             ? FindIdentifier(type, condition.name).ok()
             : FindAttribute(type, condition.name).ok();
}

// The first comparison of an attribute that the type does not have.
const Condition* FindUnknown(const Condition& condition,
                             const RecordType& type) {
  if (condition.kind == Condition::Kind::kCompare ||
      condition.kind == Condition::Kind::kIdentifier)
    return Knows(condition, type) ? nullptr : &condition;
  for (const Condition& child : condition.children)
    if (const Condition* unknown = FindUnknown(child, type)) return unknown;
  return nullptr;
}

std::vector<std::string> TypesThatKnow(const Catalog& catalog,
                                       const Condition& condition) {
  std::vector<std::string> names;
  for (const RecordType& type : catalog.types)
    if (Knows(condition, type)) names.push_back(type.name());
  return names;
}

absl::Status UnknownAttribute(const Catalog& catalog,
                              const Condition& condition,
                              const RecordType& type) {
  const Condition* unknown = FindUnknown(condition, type);
  const std::vector<std::string> others = TypesThatKnow(catalog, *unknown);
  return Invalid(absl::StrCat(
      Quoted(unknown->name), " is no attribute of ", type.name(),
      others.empty()
          ? ", nor of any other record held here"
          : absl::StrCat(", but of ", absl::StrJoin(others, " and "))));
}

// No type has all attributes: one that no type has says most.
absl::Status NoTypeFits(const Catalog& catalog, const Condition& condition) {
  for (const RecordType& type : catalog.types) {
    const Condition* unknown = FindUnknown(condition, type);
    if (unknown != nullptr && TypesThatKnow(catalog, *unknown).empty())
      return UnknownAttribute(catalog, condition, type);
  }
  return UnknownAttribute(catalog, condition, catalog.types.front());
}

absl::Status SortInvalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SORT_INVALID, text);
}

// More say nothing: the first few leave no two records equal.
constexpr int kMaxSortAttributes = 16;

absl::StatusOr<bool> IsDescending(absl::string_view order) {
  if (order.empty() || absl::StartsWithIgnoreCase(order, "asc")) return false;
  if (absl::StartsWithIgnoreCase(order, "desc")) return true;
  return SortInvalid(
      absl::StrCat("sort_order ", Quoted(order), " is neither asc nor desc"));
}

absl::Status AddSort(const Catalog& catalog, const v1::Sort& sort,
                     Target* target) {
  SortKey key;
  ASSIGN_OR_RETURN(key.descending, IsDescending(sort.sort_order()));
  absl::StatusOr<Attribute> attribute =
      FindAttribute(*target->type, sort.attribute_name());
  if (!attribute.ok()) {
    for (const RecordType& type : catalog.types) {
      if (!FindAttribute(type, sort.attribute_name()).ok()) continue;
      target->note =
          absl::StrCat("not sorted: ", Quoted(sort.attribute_name()), " is of ",
                       type.name(), ", not of ", target->type->name());
      return absl::OkStatus();
    }
    return SortInvalid(attribute.status().message());
  }
  if (ValueKindOf(attribute->path.leaf()) == ValueKind::kNone)
    return SortInvalid(absl::StrCat(Quoted(sort.attribute_name()),
                                    " is an object and has no order"));
  key.attribute = *std::move(attribute);
  target->sort.push_back(std::move(key));
  return absl::OkStatus();
}

absl::StatusOr<Target> MakeTarget(const Catalog& catalog,
                                  const v1::SearchCriteria& criteria,
                                  const Condition& condition,
                                  const RecordType& type) {
  Target target;
  target.type = &type;
  ASSIGN_OR_RETURN(target.query, Bind(condition, type));
  if (criteria.sort_size() > kMaxSortAttributes)
    return SortInvalid(
        absl::StrCat("at most ", kMaxSortAttributes, " attributes to sort by"));
  for (const v1::Sort& sort : criteria.sort())
    RETURN_IF_ERROR(AddSort(catalog, sort, &target));
  return target;
}

}  // namespace

absl::StatusOr<std::vector<Target>> ParseCriteria(
    const Catalog& catalog, const NamedQueries& named,
    const v1::SearchCriteria& criteria) {
  RETURN_IF_ERROR(CheckRegType(*catalog.service, criteria.reg_type()));
  ASSIGN_OR_RETURN(const RecordType* type, NamedType(catalog, criteria));
  ASSIGN_OR_RETURN(const SentQuery sent,
                   ParseQuery(*catalog.service, named, criteria));
  const RecordType* queried =
      sent.record == nullptr ? nullptr : catalog.Find(sent.record);
  if (type == nullptr) type = queried;
  if (criteria.has_named_query() && type != queried)
    return Invalid(
        absl::StrCat("the named query is for ", queried->name(), " records"));
  std::vector<Target> targets;
  if (type != nullptr) {
    if (FindUnknown(sent.condition, *type) != nullptr)
      return UnknownAttribute(catalog, sent.condition, *type);
    ASSIGN_OR_RETURN(Target target,
                     MakeTarget(catalog, criteria, sent.condition, *type));
    targets.push_back(std::move(target));
    return targets;
  }
  for (const RecordType& candidate : catalog.types) {
    if (FindUnknown(sent.condition, candidate) != nullptr) continue;
    ASSIGN_OR_RETURN(Target target,
                     MakeTarget(catalog, criteria, sent.condition, candidate));
    targets.push_back(std::move(target));
  }
  if (targets.empty()) return NoTypeFits(catalog, sent.condition);
  return targets;
}

}  // namespace dci::registry
