// The invented programmes, and who is in which.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_PROGRAMMES_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_PROGRAMMES_H_

#include "absl/types/span.h"
#include "dci/ibr/v1/ibr.pb.h"
#include "services/sandbox/seed/population.h"

namespace dci::sandbox {

struct ProgrammeFacts {
  const char* id;
  const char* name;
  const char* type;      // dci.ibr.v1.ProgrammeType
  const char* function;  // dci.ibr.v1.SocialProtectionFunction
  const char* benefit;   // dci.ibr.v1.BenefitType
  const char* value;     // "USD 50"
  // Whether a member of the household is in it.
  bool (*enrols)(const Household& household, const Life& life);
};

// Of the beneficiary registry, and of employment support.
absl::Span<const ProgrammeFacts> Programmes();
absl::Span<const ProgrammeFacts> WorkProgrammes();

ibr::v1::Programme MakeProgramme(const ProgrammeFacts& facts);

// Fills what every kind of Beneficiary has: the programme's name and number,
// when the person came in and how it stands, what was received.
template <typename Beneficiary>
void FillEnrolment(const ProgrammeFacts& facts, const Household& household,
                   const Life& life, Beneficiary* beneficiary) {
  Chance chance(0, std::string(facts.id) + life.id().value);
  beneficiary->set_assistance_unit("1");
  auto* programme = beneficiary->add_programme_identifier();
  programme->set_programme_identifier(facts.id);
  programme->set_programme_name(facts.name);
  const absl::CivilDay since = kSeedDay - 60 - chance.Below(900);
  beneficiary->set_enrollment_date(DayText(since));
  // Most are active; some are suspended, some have graduated. Those whom
  // samples name are active.
  const int state = life.invented() ? chance.Below(20) : 19;
  beneficiary->set_enrollment_status(state == 0 ? "4" : state == 1 ? "3" : "1");
  if (state < 2) beneficiary->add_status_change_date(DayText(since + 40));
  auto* benefit = beneficiary->add_benefits();
  benefit->set_benefit_type(facts.benefit);
  benefit->set_benefit_date(DayText(kSeedDay - 1 - chance.Below(30)));
  benefit->set_benefit_value(facts.value);
  beneficiary->set_registration_date(DayText(since));
  beneficiary->set_last_updated(DayText(since + 45));
}

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_PROGRAMMES_H_
