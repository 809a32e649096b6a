// A household as each registry keeps it: what it knows of whom.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_REGISTRY_RECORDS_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_REGISTRY_RECORDS_H_

#include "absl/status/status.h"
#include "services/sandbox/seed/population.h"
#include "services/sandbox/seed/seed_record.h"

namespace dci::sandbox {

// The group, and each of its members as Member and Person.
absl::Status GiveSocial(const Household& household, SeedSink sink);
// Everybody who was born, and the deaths and marriages of some.
absl::Status GiveCivil(const Household& household, SeedSink sink);
// Who is enrolled in which programme; see programmes.h.
absl::Status GiveBeneficiaries(const Household& household, SeedSink sink);
// Who has a disability, and what was found and given.
absl::Status GiveDisabled(const Household& household, SeedSink sink);
// The head of a household that farms.
absl::Status GiveFarmers(const Household& household, SeedSink sink);
// Everybody of an age to work, and who is in a programme of work.
absl::Status GiveEmployment(const Household& household, SeedSink sink);

// Records that stand for no household: programmes.
absl::Status GiveProgrammes(SeedSink sink);
absl::Status GiveWorkProgrammes(SeedSink sink);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_REGISTRY_RECORDS_H_
