#include "services/employment/check_handler.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "dci/employment/v1/employment.pb.h"
#include "services/base/status_macros.h"
#include "services/registry/normal_form.h"
#include "services/registry/question.h"
#include "services/schema/reason.h"

namespace dci::employment {
namespace {

constexpr char kType[] = "Beneficiary";
// dci.employment.v1.EnrolmentStatus.
constexpr absl::string_view kActive = "1";

constexpr char kProgramme[] = "programme_identifier.programme_identifier";
constexpr char kPerson[] = "member.member_identifier.identifier_value";

// The attribute of the record that the question means.
std::string PathOf(absl::string_view attribute) {
  if (absl::EndsWith(attribute, "programme_identifier") ||
      absl::EndsWith(attribute, "program_identifier"))
    return kProgramme;
  if (absl::EndsWith(attribute, "person_identifier") ||
      absl::EndsWith(attribute, "member_identifier"))
    return kPerson;
  return std::string(attribute);
}

struct Question {
  std::string person;
  std::vector<std::vector<registry::Asked>> all;
};

absl::StatusOr<Question> Read(const v1::EnrolmentCheckRequest& request) {
  ASSIGN_OR_RETURN(
      const std::vector<registry::Asked> asked,
      registry::ParseQuestion(request.enrolled_criteria().query().text()));
  Question question;
  for (const registry::Asked& one : asked) {
    question.all.push_back({{PathOf(one.attribute), one.value}});
    if (question.all.back()[0].attribute == kPerson)
      question.person = one.value;
  }
  if (question.person.empty())
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "the query names no person");
  return question;
}

// Days compare as their normal forms do; a record without any is the oldest.
std::string DayOf(const v1::Beneficiary& record) {
  return registry::UtcDay(record.enrollment_date()).value_or("");
}

bool GoesBefore(const v1::Beneficiary& a, const v1::Beneficiary& b) {
  const bool a_active = a.enrollment_status() == kActive;
  const bool b_active = b.enrollment_status() == kActive;
  return a_active != b_active ? a_active : DayOf(a) > DayOf(b);
}

}  // namespace

absl::Status CheckHandler::ValidateSyncCheckEnrollment(
    const exchange::ItemContext& context,
    const v1::EnrolmentCheckRequest& request) const {
  return Read(request).status();
}

absl::StatusOr<exchange::TypedOutcome<v1::EnrolmentCheckResponseItem>>
CheckHandler::SyncCheckEnrollment(const exchange::ItemContext& context,
                                  const v1::EnrolmentCheckRequest& request,
                                  const storage::Snapshot& snapshot,
                                  absl::string_view continuation) const {
  ASSIGN_OR_RETURN(const Question question, Read(request));
  ASSIGN_OR_RETURN(
      const registry::Answered found,
      registry::Ask(*registry_, context, kType, question.all, snapshot));
  v1::Beneficiary best, told;
  std::vector<registry::DisclosedRecord> disclosed;
  for (const registry::PageRecord& record : found.records) {
    v1::Beneficiary one;
    if (!one.ParseFromString(found.permit.restricts()
                                 ? found.permit.Cut(*found.type, record.bytes)
                                 : record.bytes))
      return absl::InternalError("unreadable beneficiary");
    if (!disclosed.empty() && !GoesBefore(one, best)) continue;
    best = std::move(one);
    disclosed = {{record.primary_key, ""}};
  }
  *told.mutable_member()->mutable_member_identifier() =
      best.member().member_identifier();
  told.set_enrollment_status(best.enrollment_status());
  const std::string bytes = told.SerializeAsString();
  for (registry::DisclosedRecord& record : disclosed) record.bytes = bytes;
  exchange::TypedOutcome<v1::EnrolmentCheckResponseItem> result;
  if (best.has_enrollment_status())
    result.answer.set_enrolled_status(best.enrollment_status());
  result.outcome.reference_id = question.person;
  ASSIGN_OR_RETURN(
      result.outcome.record,
      registry::WriteDown(*registry_, context, found, disclosed, snapshot));
  return result;
}

}  // namespace dci::employment
