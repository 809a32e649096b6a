// What has to be done to records and indexes after the schema has changed,
// in small steps beside the service.
#ifndef CONVERGENCE_SERVICES_REGISTRY_INDEX_PASS_H_
#define CONVERGENCE_SERVICES_REGISTRY_INDEX_PASS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registry/layout.h"
#include "services/registry/record_type.h"
#include "services/registry/state.pb.h"
#include "services/storage/store.h"
#include "services/wire/codec.h"

namespace dci::registry {

struct PassStats {
  uint64_t records = 0;  // looked at
  // Nothing is left to do, but for `stuck`.
  bool done = false;
  // Unique indexes that cannot be filled because records share a value, by
  // "Record.index"; they stay unready and are tried again in every pass.
  std::vector<std::string> stuck;
};

// Takes the next step, of at most `max_records` records: deletes the rows of
// dropped indexes; reads records anew, so that unknown members that have
// become fields move into them; fills indexes, each in the order of the
// records, and says with the last one that it is ready. Each step is one
// commit of the records' rows and of the place reached, so it goes on after a
// restart; records changed meanwhile are seen as they are then. Blocks on the
// store; one pass at a time.
absl::StatusOr<PassStats> TakeIndexStep(storage::Store& store,
                                        const Spaces& spaces,
                                        const Catalog& catalog,
                                        const wire::Codec& codec,
                                        absl::Time now, int max_records);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_INDEX_PASS_H_
