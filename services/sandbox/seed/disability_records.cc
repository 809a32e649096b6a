#include <string>

#include "dci/disability/v1/disability.pb.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/people.h"
#include "services/sandbox/seed/programmes.h"
#include "services/sandbox/seed/registry_records.h"

namespace dci::sandbox {
namespace {

// ImpairmentType of a FunctionalLimitation.
const char* ImpairmentOf(const std::string& limitation) {
  if (limitation == "VIS_SS") return "1";
  if (limitation == "HEAR_SS") return "2";
  if (limitation == "MOB_SS") return "3";
  return "4";
}

disability::v1::DisabilitySupport MakeSupport(const Life& life,
                                              Chance& chance) {
  disability::v1::DisabilitySupport support;
  disability::v1::HumanAssistance* human = support.add_human_assistance();
  human->set_type(life.limitation == "MOB_SS" ? "mobility" : "communication");
  human->set_intensity(absl::StrCat(1 + chance.Below(4)));
  human->set_support(absl::StrCat(chance.Below(2)));
  if (life.limitation == "MOB_SS") {
    disability::v1::AssistiveTechnology* chair =
        support.add_assistive_technology();
    chair->set_type("1");
    chair->set_status(absl::StrCat(chance.Below(2)));
  }
  return support;
}

disability::v1::DisabledPerson MakeDisabled(const Household& household,
                                            const Life& life) {
  Chance chance(0, absl::StrCat("disability ", life.id().value));
  disability::v1::DisabledPerson person;
  FillMember(life, household.home, person.mutable_personal_details());
  // Most are approved; some wait for their assessment, some must be assessed
  // again. Those whom samples name are approved.
  const int state = life.invented() ? chance.Below(10) : 9;
  person.set_disability_status(state == 0 ? "2" : state == 1 ? "1" : "0");
  person.set_disability_status_level(life.severity == "4"   ? "1"
                                     : life.severity == "3" ? "2"
                                                            : "3");
  disability::v1::DisabilityDetails* details = person.add_disability_details();
  details->set_impairment_type(ImpairmentOf(life.limitation));
  details->set_impairment_level(life.severity);
  details->set_impairment_cause(absl::StrCat(chance.Below(9)));
  details->set_age_on_set(life.age() < 18 ? "1" : "2");
  *person.add_disability_support() = MakeSupport(life, chance);
  person.set_transport_requirement(absl::StrCat(chance.Below(3)));
  person.set_housing_type(absl::StrCat(1 + chance.Below(3)));
  for (const ProgrammeFacts& facts : Programmes()) {
    if (!facts.enrols(household, life)) continue;
    ibr::v1::Programme* programme = person.add_programs_enrolments();
    programme->set_programme_identifier(facts.id);
    programme->set_programme_name(facts.name);
  }
  person.set_registration_date(DayText(kSeedDay - 20 - chance.Below(800)));
  person.set_last_updated(DayText(kSeedDay - chance.Below(20)));
  return person;
}

}  // namespace

absl::Status GiveDisabled(const Household& household, SeedSink sink) {
  for (const Life& life : household.members)
    if (life.disabled)
      RETURN_IF_ERROR(
          Give("DisabledPerson", MakeDisabled(household, life), sink));
  return absl::OkStatus();
}

}  // namespace dci::sandbox
