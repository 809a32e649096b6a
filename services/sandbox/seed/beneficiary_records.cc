#include "services/base/status_macros.h"
#include "services/sandbox/seed/people.h"
#include "services/sandbox/seed/programmes.h"
#include "services/sandbox/seed/registry_records.h"

namespace dci::sandbox {

absl::Status GiveBeneficiaries(const Household& household, SeedSink sink) {
  for (const Life& life : household.members) {
    for (const ProgrammeFacts& facts : Programmes()) {
      if (!facts.enrols(household, life)) continue;
      ibr::v1::Beneficiary beneficiary;
      FillMember(life, household.home, beneficiary.mutable_member());
      FillEnrolment(facts, household, life, &beneficiary);
      RETURN_IF_ERROR(Give("Beneficiary", beneficiary, sink));
    }
  }
  return absl::OkStatus();
}

absl::Status GiveProgrammes(SeedSink sink) {
  for (const ProgrammeFacts& facts : Programmes())
    RETURN_IF_ERROR(Give("Programme", MakeProgramme(facts), sink));
  return absl::OkStatus();
}

}  // namespace dci::sandbox
