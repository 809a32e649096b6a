#include "services/disability/query_handler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "services/base/status_macros.h"
#include "services/registry/question.h"
#include "services/schema/reason.h"

namespace dci::disability {
namespace {

constexpr char kType[] = "DisabledPerson";
// dci.disability.v1.DisabilityStatus.
constexpr absl::string_view kApproved = "0";

// Attributes that name a person: "member.member_identifier", "UIN".
bool NamesSomebody(const registry::Asked& asked) {
  const absl::string_view name = asked.attribute;
  const bool type = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '_';
  });
  return type || absl::EndsWith(name, "identifier") ||
         absl::EndsWith(name, "identifier_value");
}

// The equalities, of which one must name a person: the answer of such a
// question is about one, and a search is for the others.
absl::StatusOr<std::vector<registry::Asked>> Read(
    const v1::DisabledRequest& request) {
  ASSIGN_OR_RETURN(
      std::vector<registry::Asked> asked,
      registry::ParseQuestion(request.disabled_criteria().query().text()));
  if (std::none_of(asked.begin(), asked.end(), NamesSomebody))
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "the query names no person");
  return asked;
}

void CutToStatus(const v1::DisabledPerson& person, v1::DisabledPerson* told) {
  told->set_disability_status(person.disability_status());
}
void CutToDetails(const v1::DisabledPerson& person, v1::DisabledPerson* told) {
  *told->mutable_disability_details() = person.disability_details();
}
void CutToSupport(const v1::DisabledPerson& person, v1::DisabledPerson* told) {
  *told->mutable_disability_support() = person.disability_support();
}

void SetPage(size_t found, dci::registry::v1::Pagination* pagination) {
  pagination->set_page_size(registry::kMaxAnswered);
  pagination->set_page_number(1);
  pagination->set_total_count(static_cast<int>(found));
}

}  // namespace

bool IsApproved(const v1::DisabledPerson& person) {
  return person.disability_status() == kApproved;
}

absl::StatusOr<QueryHandler::Found> QueryHandler::Find(
    const exchange::ItemContext& context, const v1::DisabledRequest& request,
    const storage::Snapshot& snapshot,
    void (*cut)(const v1::DisabledPerson&, v1::DisabledPerson*)) const {
  ASSIGN_OR_RETURN(const std::vector<registry::Asked> asked, Read(request));
  Found found;
  std::vector<std::vector<registry::Asked>> all;
  for (const registry::Asked& one : asked) {
    if (NamesSomebody(one)) found.reference = one.value;
    all.push_back({one});
  }
  ASSIGN_OR_RETURN(const registry::Answered answered,
                   registry::Ask(*registry_, context, kType, all, snapshot));
  std::vector<std::string> told;
  std::vector<registry::DisclosedRecord> disclosed;
  told.reserve(answered.records.size());
  for (const registry::PageRecord& record : answered.records) {
    v1::DisabledPerson person, part;
    // A yes or no is decided by the whole record, and tells nothing else.
    const bool whole = cut == &CutToStatus || !answered.permit.restricts();
    if (!person.ParseFromString(
            whole ? record.bytes
                  : answered.permit.Cut(*answered.type, record.bytes)))
      return absl::InternalError("unreadable record of a disabled person");
    *part.mutable_personal_details()->mutable_member_identifier() =
        person.personal_details().member_identifier();
    cut(person, &part);
    told.push_back(part.SerializeAsString());
    disclosed.push_back({record.primary_key, told.back()});
    found.persons.push_back(std::move(person));
  }
  ASSIGN_OR_RETURN(
      found.record,
      registry::WriteDown(*registry_, context, answered, disclosed, snapshot));
  return found;
}

absl::Status QueryHandler::ValidateSyncDisabled(
    const exchange::ItemContext& context,
    const v1::DisabledRequest& request) const {
  return Read(request).status();
}

absl::StatusOr<exchange::TypedOutcome<v1::DisabledResponseItem>>
QueryHandler::SyncDisabled(const exchange::ItemContext& context,
                           const v1::DisabledRequest& request,
                           const storage::Snapshot& snapshot,
                           absl::string_view continuation) const {
  ASSIGN_OR_RETURN(Found found, Find(context, request, snapshot, CutToStatus));
  exchange::TypedOutcome<v1::DisabledResponseItem> result;
  const bool disabled =
      std::any_of(found.persons.begin(), found.persons.end(), IsApproved);
  result.answer.set_disabled_status(disabled ? v1::DISABLED_STATUS_YES
                                             : v1::DISABLED_STATUS_NO);
  result.outcome.reference_id = std::move(found.reference);
  result.outcome.record = std::move(found.record);
  return result;
}

absl::Status QueryHandler::ValidateSyncGetDisabilityDetails(
    const exchange::ItemContext& context,
    const v1::DisabledRequest& request) const {
  return Read(request).status();
}

absl::StatusOr<exchange::TypedOutcome<v1::GetDisabilityInfoResponseItem>>
QueryHandler::SyncGetDisabilityDetails(const exchange::ItemContext& context,
                                       const v1::DisabledRequest& request,
                                       const storage::Snapshot& snapshot,
                                       absl::string_view continuation) const {
  ASSIGN_OR_RETURN(Found found, Find(context, request, snapshot, CutToDetails));
  exchange::TypedOutcome<v1::GetDisabilityInfoResponseItem> result;
  v1::GetDisabilityInfoData* data = result.answer.mutable_data();
  data->set_version("1.0.0");
  for (const v1::DisabledPerson& person : found.persons)
    *data->add_reg_records()->mutable_disability_details() =
        person.disability_details();
  SetPage(found.persons.size(), result.answer.mutable_pagination());
  result.outcome.reference_id = std::move(found.reference);
  result.outcome.record = std::move(found.record);
  return result;
}

absl::Status QueryHandler::ValidateSyncGetDisabilitySupport(
    const exchange::ItemContext& context,
    const v1::DisabledRequest& request) const {
  return Read(request).status();
}

absl::StatusOr<exchange::TypedOutcome<v1::GetDisabilitySupportResponseItem>>
QueryHandler::SyncGetDisabilitySupport(const exchange::ItemContext& context,
                                       const v1::DisabledRequest& request,
                                       const storage::Snapshot& snapshot,
                                       absl::string_view continuation) const {
  ASSIGN_OR_RETURN(Found found, Find(context, request, snapshot, CutToSupport));
  exchange::TypedOutcome<v1::GetDisabilitySupportResponseItem> result;
  v1::GetDisabilitySupportData* data = result.answer.mutable_data();
  data->set_version("1.0.0");
  for (const v1::DisabledPerson& person : found.persons)
    *data->add_reg_records()->mutable_supports() = person.disability_support();
  SetPage(found.persons.size(), result.answer.mutable_pagination());
  result.outcome.reference_id = std::move(found.reference);
  result.outcome.record = std::move(found.record);
  return result;
}

}  // namespace dci::disability
