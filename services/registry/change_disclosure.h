// Changes that are told, for the disclosure log.
#ifndef CONVERGENCE_SERVICES_REGISTRY_CHANGE_DISCLOSURE_H_
#define CONVERGENCE_SERVICES_REGISTRY_CHANGE_DISCLOSURE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registry/disclosure.h"
#include "services/registry/permit.h"
#include "services/registry/registry.h"
#include "services/registry/state.pb.h"
#include "services/storage/store.h"

namespace dci::registry {

// Who is told of a change, and by what.
struct ChangeTold {
  std::string receiver_id;
  std::string operation;   // full name of the method
  std::string message_id;  // of the notification; empty: none
  // What its subscription or watch may tell.
  Permit permit;
};

// Makes the function that writes down that a change is told, in the commit
// after which it may be; empty where the registry keeps no log, and where
// nothing of the record may be told.
absl::StatusOr<DisclosureLog::Write> WriteDownChange(
    const Registry& registry, const ChangeTold& told,
    const state::Change& change, uint64_t sequence, absl::Time now,
    const storage::Snapshot& snapshot);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_CHANGE_DISCLOSURE_H_
