// Invented records to try the registries with; the same options give the same
// records, byte for byte.
#ifndef CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_H_
#define CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sandbox/seed/population.h"
#include "services/sandbox/seed/seed_record.h"

namespace dci::sandbox {

// Calls `sink` with the records of the registry of that name ("crvs"), those
// that samples and kits ask for first. Each household is about eight records
// of a social registry, and fewer of the others. NOT_FOUND for a registry that
// has none; an error of `sink` ends the giving and is returned.
absl::Status GiveSeed(absl::string_view registry, const SeedOptions& options,
                      SeedSink sink);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_SEED_SEED_H_
