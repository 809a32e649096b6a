#include "services/registry/permit.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/normal_form.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

namespace common = ::dci::common::v1;

absl::Status Forbidden(const Attribute& attribute) {
  return schema::Refusal(
      common::REASON_ATTRIBUTE_FORBIDDEN,
      absl::StrCat("the purpose may not use ", Quoted(attribute.name)));
}

// Whether all that an attribute stands on is in the set.
bool Covered(const VisibleFields& fields, const Attribute& attribute) {
  if (attribute.identifiers == nullptr) return fields.Covers(attribute.path);
  return std::all_of(
      attribute.identifiers->paths.begin(), attribute.identifiers->paths.end(),
      [&](const schema::Path& path) { return fields.Covers(path); });
}

// The comparison that only the subject's records satisfy.
absl::StatusOr<Query> SubjectQuery(const RecordType& type,
                                   absl::string_view subject_type,
                                   absl::string_view subject_value) {
  absl::StatusOr<Attribute> attribute = FindIdentifier(type, subject_type);
  if (!attribute.ok() || attribute->identifier_type.empty())
    return schema::Refusal(common::REASON_CONSENT_INVALID,
                           absl::StrCat("records of the kind ", type.name(),
                                        " do not name who consented"));
  const auto value = NormalForm(attribute->path.leaf(), subject_value);
  return Query::Compare(*std::move(attribute), Op::kIn,
                        {value.value_or(std::string(subject_value))});
}

// Judges each comparison of a query.
class QueryJudge {
 public:
  QueryJudge(const TypeView& view, const Query* subject)
      : view_(view), subject_(subject) {}

  // `must_hold`: the comparison stands where a record cannot be found without
  // it.
  absl::Status Judge(const Query& query, bool must_hold) const {
    if (query.kind == Query::Kind::kCompare) return Compare(query, must_hold);
    for (const Query& child : query.children)
      RETURN_IF_ERROR(
          Judge(child, must_hold && query.kind == Query::Kind::kAnd));
    return absl::OkStatus();
  }

 private:
  bool AsksForSubject(const Query& query) const {
    return subject_ != nullptr && query.op == Op::kIn &&
           query.attribute.identifiers == subject_->attribute.identifiers &&
           query.attribute.identifiers != nullptr &&
           query.attribute.identifier_type ==
               subject_->attribute.identifier_type;
  }

  absl::Status Compare(const Query& query, bool must_hold) const {
    if (AsksForSubject(query)) {
      if (query.values == subject_->values) return absl::OkStatus();
      if (must_hold && query.values.size() == 1)
        return schema::Refusal(common::REASON_CONSENT_INVALID,
                               "the artefact is another person's");
    }
    if (Covered(view_.shown, query.attribute)) return absl::OkStatus();
    // An order would tell by and by what is not shown.
    if (query.op == Op::kIn && Covered(view_.search_by, query.attribute))
      return absl::OkStatus();
    return Forbidden(query.attribute);
  }

  const TypeView& view_;
  const Query* const subject_;
};

}  // namespace

TypeView Permit::ViewOf(const RecordType& type) const {
  TypeView view;
  if (purpose_ == nullptr || purpose_->sees_all) {
    view.shown = VisibleFields::All();
  } else if (const auto found = purpose_->views.find(type.message);
             found != purpose_->views.end()) {
    view = found->second;
  }
  for (const std::vector<std::string>& scopes : scopes_) {
    VisibleFields granted;
    for (const std::string& scope : scopes)
      AddScope(*type.message, scope, &granted);
    view.shown.Intersect(granted);
  }
  return view;
}

std::optional<std::string> Permit::Tell(const RecordType& type,
                                        absl::string_view record) const {
  if (!restricts()) return std::string(record);
  const TypeView view = ViewOf(type);
  if (view.shown.none()) return std::nullopt;
  if (has_subject()) {
    const auto subject = SubjectQuery(type, subject_type_, subject_value_);
    if (!subject.ok() || !Matches(*subject, record)) return std::nullopt;
  }
  return view.shown.Cut(*type.message, record);
}

absl::Status Permit::NarrowOne(Target* target) const {
  const TypeView view = ViewOf(*target->type);
  if (view.shown.none())
    return schema::Refusal(
        common::REASON_ATTRIBUTE_FORBIDDEN,
        absl::StrCat("the purpose may not see records of the kind ",
                     target->type->name()));
  std::optional<Query> subject;
  if (has_subject()) {
    ASSIGN_OR_RETURN(
        subject, SubjectQuery(*target->type, subject_type_, subject_value_));
  }
  const QueryJudge judge(view, subject.has_value() ? &*subject : nullptr);
  RETURN_IF_ERROR(judge.Judge(target->query, /*must_hold=*/true));
  for (const SortKey& key : target->sort)
    if (!Covered(view.shown, key.attribute)) return Forbidden(key.attribute);
  if (subject.has_value())
    target->query = Query::And({std::move(target->query), *std::move(subject)});
  return absl::OkStatus();
}

absl::Status Permit::Narrow(std::vector<Target>* targets) const {
  if (!restricts()) return absl::OkStatus();
  std::vector<Target> left;
  absl::Status refusal;
  for (Target& target : *targets) {
    const absl::Status status = NarrowOne(&target);
    if (status.ok())
      left.push_back(std::move(target));
    else
      refusal.Update(status);
  }
  if (left.empty()) return refusal;
  *targets = std::move(left);
  return absl::OkStatus();
}

}  // namespace dci::registry
