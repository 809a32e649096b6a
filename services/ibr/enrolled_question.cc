#include "services/ibr/enrolled_question.h"

#include <utility>

#include "absl/strings/match.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::ibr {
namespace {

constexpr char kMember[] = "member.member_identifier.identifier_value";
constexpr char kGroup[] = "group.group_identifier.identifier_value";
constexpr char kGroupMember[] =
    "group.member_list.member_identifier.identifier_value";
constexpr char kProgramme[] = "programme_identifier.programme_identifier";

bool EndsWithAny(absl::string_view text,
                 std::initializer_list<absl::string_view> ends) {
  for (absl::string_view end : ends)
    if (absl::EndsWithIgnoreCase(text, end)) return true;
  return false;
}

bool IsProgramme(absl::string_view attribute) {
  return EndsWithAny(attribute, {"programme_identifier", "program_identifier"});
}

// "UIN": an attribute that is the type of an identifier.
bool IsIdentifierType(absl::string_view attribute) {
  for (const char c : attribute)
    if ((c < 'A' || c > 'Z') && c != '_') return false;
  return !attribute.empty();
}

// Where the value of an attribute may stand; empty: it names nobody.
std::vector<std::string> PersonPaths(absl::string_view attribute,
                                     absl::string_view entity) {
  if (EndsWithAny(attribute, {"household_identifier", "group_identifier"}))
    return {kGroup};
  if (IsIdentifierType(attribute)) return {std::string(attribute)};
  if (!EndsWithAny(attribute, {"person_identifier", "member_identifier",
                               "beneficiary_identifier"}))
    return {};
  if (absl::EqualsIgnoreCase(entity, "Group")) return {kGroup};
  if (absl::EqualsIgnoreCase(entity, "Member")) return {kMember, kGroupMember};
  return {kMember, kGroup, kGroupMember};
}

}  // namespace

absl::StatusOr<EnrolledQuestion> ReadQuestion(
    const v1::EnrolledCriteria& criteria) {
  ASSIGN_OR_RETURN(const std::vector<registry::Asked> asked,
                   registry::ParseQuestion(criteria.query().text()));
  EnrolledQuestion question;
  for (const registry::Asked& one : asked) {
    std::vector<registry::Asked> any;
    for (std::string& path :
         PersonPaths(one.attribute, criteria.response_entity()))
      any.push_back({std::move(path), one.value});
    if (!any.empty()) {
      question.person = one.value;
    } else if (IsProgramme(one.attribute)) {
      question.programme = one.value;
      any = {{kProgramme, one.value}};
    } else {
      any = {one};  // the registry knows it, or refuses it by name
    }
    question.all.push_back(std::move(any));
  }
  if (question.person.empty())
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "the query names neither person nor group");
  return question;
}

}  // namespace dci::ibr
