#include "services/sandbox/seed/social_records.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"

namespace dci::sandbox {
namespace {

void SetIdentifier(const PersonId& id, common::v1::Identifier* identifier) {
  identifier->set_identifier_type(id.type);
  identifier->set_identifier_value(id.value);
}

void SetAddress(const Home& home, common::v1::Address* address) {
  address->set_address_line_1(home.street);
  address->set_locality(home.region);
  address->set_sub_region_code(home.sub_region_code);
}

// Drawn for the person, so that Person and Member say the same.
Chance DetailsOf(const Life& life) {
  return Chance(0, absl::StrCat("social ", life.id().value));
}

social::v1::Person MakePerson(const Life& life, const Home& home) {
  Chance chance = DetailsOf(life);
  social::v1::Person person;
  for (const PersonId& id : life.ids)
    SetIdentifier(id, person.add_identifier());
  person.mutable_name()->set_surname(life.surname);
  person.mutable_name()->set_given_name(life.given_name);
  person.set_sex(life.female ? "female" : "male");
  person.set_birth_date(DayText(life.birth));
  person.set_marital_status(life.marital_status);
  SetAddress(home, person.add_address());
  if (life.age() >= 16 && chance.Percent(60))
    person.add_phone_number(
        absl::StrFormat("+000 555 %04d", chance.Below(10000)));
  if (!life.parent1.value.empty())
    SetIdentifier(life.parent1, person.mutable_parent1_identifier());
  if (!life.parent2.value.empty())
    SetIdentifier(life.parent2, person.mutable_parent2_identifier());
  person.set_registration_date(DayText(kSeedDay - 30 - chance.Below(1500)));
  person.set_last_updated(DayText(kSeedDay - chance.Below(30)));
  return person;
}

}  // namespace

social::v1::Member MakeMember(const Life& life, const Home& home) {
  social::v1::Member member;
  SetIdentifier(life.id(), member.add_member_identifier());
  *member.mutable_demographic_info() = MakePerson(life, home);
  member.set_is_disabled(life.disabled ? "true" : "false");
  if (life.disabled) {
    social::v1::DisabilityInfo* info = member.add_disability_info();
    info->set_disability_limitation_type(life.limitation);
    info->set_functional_severity(life.severity);
  }
  member.set_marital_status(life.marital_status);
  if (!life.employment.empty()) {
    Chance chance(0, absl::StrCat("work ", life.id().value));
    member.set_employment_status(life.employment);
    member.set_occupation(absl::StrCat(chance.Below(10)));
    member.set_income_level("1");
    member.set_education_level(absl::StrCat(chance.Below(7)));
  }
  member.set_language_code("1");
  member.set_registration_date(member.demographic_info().registration_date());
  member.set_last_updated(member.demographic_info().last_updated());
  return member;
}

social::v1::Group MakeGroup(const Household& household) {
  social::v1::Group group;
  SetIdentifier({"HOUSEHOLD_ID", household.id}, group.add_group_identifier());
  for (const PersonId& id : household.group_ids)
    SetIdentifier(id, group.add_group_identifier());
  group.set_group_type("household");
  group.mutable_geographical_location()->set_name(household.home.region);
  SetAddress(household.home, group.add_address());
  group.set_place_address("true");
  group.set_poverty_score(household.poverty_score);
  group.set_poverty_score_type("proxy_means_test");
  group.set_group_size(absl::StrCat(household.members.size()));
  for (const Life& life : household.members)
    *group.add_member_list() = MakeMember(life, household.home);
  if (group.member_list_size() > 0)
    *group.mutable_group_head_info() = group.member_list(0);
  group.set_registration_date(DayText(kSeedDay - 400));
  group.set_last_updated(DayText(kSeedDay - 7));
  return group;
}

absl::Status GiveSocial(const Household& household, SeedSink sink) {
  const social::v1::Group group = MakeGroup(household);
  for (const social::v1::Member& member : group.member_list()) {
    RETURN_IF_ERROR(Give("Person", member.demographic_info(), sink));
    if (household.persons_only) continue;
    RETURN_IF_ERROR(Give("Member", member, sink));
  }
  return household.persons_only ? absl::OkStatus() : Give("Group", group, sink);
}

}  // namespace dci::sandbox
