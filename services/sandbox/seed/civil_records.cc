#include "dci/crvs/v1/crvs.pb.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/people.h"
#include "services/sandbox/seed/registry_records.h"

namespace dci::sandbox {
namespace {

crvs::v1::Person MakeCivil(const Life& life, const Home& home) {
  Chance chance(0, absl::StrCat("civil ", life.id().value));
  crvs::v1::Person person;
  FillPerson(life, home, &person);
  person.mutable_birth_place()->set_name(home.region);
  person.set_marital_status(life.marital_status);
  if (life.marital_status == "M" || life.marital_status == "W")
    person.add_marriage_date(
        DayText(absl::CivilDay(life.birth.year() + 18, life.birth.month(), 1) +
                chance.Below(400)));
  if (!life.parent1.value.empty())
    SetIdentifier(life.parent1, person.mutable_parent1_identifier());
  if (!life.parent2.value.empty())
    SetIdentifier(life.parent2, person.mutable_parent2_identifier());
  // A birth is registered within weeks.
  person.set_registration_date(DayText(life.birth + 1 + chance.Below(40)));
  return person;
}

}  // namespace

absl::Status GiveCivil(const Household& household, SeedSink sink) {
  for (const Life& life : household.members)
    RETURN_IF_ERROR(Give("Person", MakeCivil(life, household.home), sink));
  for (const Departed& departed : household.departed) {
    crvs::v1::Person person = MakeCivil(departed.life, household.home);
    SetIdentifier({"DRN", absl::StrCat("D", departed.life.id().value)},
                  person.add_identifier());
    person.set_death_date(DayText(departed.death));
    person.mutable_death_place()->set_name(household.home.region);
    person.set_last_updated(DayText(departed.death + 2));
    RETURN_IF_ERROR(Give("Person", person, sink));
  }
  return absl::OkStatus();
}

}  // namespace dci::sandbox
