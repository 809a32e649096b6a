// A person as the records of every registry carry one; the message types
// differ from package to package, and their fields do not.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_PEOPLE_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_PEOPLE_H_

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "dci/common/v1/data.pb.h"
#include "dci/common/v1/person.pb.h"
#include "services/sandbox/seed/population.h"

namespace dci::sandbox {

inline void SetIdentifier(const PersonId& id,
                          common::v1::Identifier* identifier) {
  identifier->set_identifier_type(id.type);
  identifier->set_identifier_value(id.value);
}

inline void SetAddress(const Home& home, common::v1::Address* address) {
  address->set_address_line_1(home.street);
  address->set_locality(home.region);
  address->set_sub_region_code(home.sub_region_code);
}

// Fills what every kind of Person has. What is drawn is drawn for the person,
// so that all registries say the same.
template <typename Person>
void FillPerson(const Life& life, const Home& home, Person* person) {
  Chance chance(0, absl::StrCat("person ", life.id().value));
  for (const PersonId& id : life.ids)
    SetIdentifier(id, person->add_identifier());
  person->mutable_name()->set_surname(life.surname);
  person->mutable_name()->set_given_name(life.given_name);
  person->set_sex(life.female ? "female" : "male");
  person->set_birth_date(DayText(life.birth));
  SetAddress(home, person->add_address());
  if (life.age() >= 16 && chance.Percent(60))
    person->add_phone_number(
        absl::StrFormat("+000 555 %04d", chance.Below(10000)));
  person->set_registration_date(DayText(kSeedDay - 30 - chance.Below(1500)));
  person->set_last_updated(DayText(kSeedDay - chance.Below(30)));
}

// Fills what every kind of Member has.
template <typename Member>
void FillMember(const Life& life, const Home& home, Member* member) {
  SetIdentifier(life.id(), member->add_member_identifier());
  FillPerson(life, home, member->mutable_demographic_info());
  member->set_is_disabled(life.disabled ? "true" : "false");
  if (life.disabled) {
    auto* info = member->add_disability_info();
    info->set_disability_limitation_type(life.limitation);
    info->set_functional_severity(life.severity);
  }
  member->set_marital_status(life.marital_status);
  if (!life.employment.empty()) {
    Chance chance(0, absl::StrCat("work ", life.id().value));
    member->set_employment_status(life.employment);
    member->set_occupation(absl::StrCat(chance.Below(10)));
    member->set_income_level("1");
    member->set_education_level(absl::StrCat(chance.Below(7)));
  }
  member->set_language_code("1");
  member->set_registration_date(member->demographic_info().registration_date());
  member->set_last_updated(member->demographic_info().last_updated());
}

// Fills what every kind of Group has.
template <typename Group>
void FillGroup(const Household& household, Group* group) {
  SetIdentifier({"HOUSEHOLD_ID", household.id}, group->add_group_identifier());
  for (const PersonId& id : household.group_ids)
    SetIdentifier(id, group->add_group_identifier());
  group->set_group_type("household");
  group->mutable_geographical_location()->set_name(household.home.region);
  SetAddress(household.home, group->add_address());
  group->set_place_address("true");
  group->set_poverty_score(household.poverty_score);
  group->set_poverty_score_type("proxy_means_test");
  group->set_group_size(absl::StrCat(household.members.size()));
  for (const Life& life : household.members)
    FillMember(life, household.home, group->add_member_list());
  if (group->member_list_size() > 0)
    *group->mutable_group_head_info() = group->member_list(0);
  group->set_registration_date(DayText(kSeedDay - 400));
  group->set_last_updated(DayText(kSeedDay - 7));
}

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_PEOPLE_H_
