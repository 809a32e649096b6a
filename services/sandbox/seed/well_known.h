// Whom published samples and test kits ask for.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_WELL_KNOWN_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_WELL_KNOWN_H_

#include <vector>

#include "services/sandbox/seed/population.h"

namespace dci::sandbox {

// UIN 847951632 of nearly every sample; UIN TEST-001 of the compliance kit;
// NID 0205202401, whom samples enrol; the member ABC451123 of the disability
// samples; small and poor groups in central_region; widows.
std::vector<Household> WellKnownHouseholds();

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_WELL_KNOWN_H_
