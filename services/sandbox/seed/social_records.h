// A household as a social registry keeps it.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_SOCIAL_RECORDS_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_SOCIAL_RECORDS_H_

#include "dci/social/v1/social.pb.h"
#include "services/sandbox/seed/population.h"
#include "services/sandbox/seed/seed_record.h"

namespace dci::sandbox {

// The group, and each of its members as Member and Person.
absl::Status GiveSocial(const Household& household, SeedSink sink);

// Parts that the records of other registries have too.
social::v1::Member MakeMember(const Life& life, const Home& home);
social::v1::Group MakeGroup(const Household& household);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_SOCIAL_RECORDS_H_
