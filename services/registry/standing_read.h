// Reads that stand: a subscription or a watch, made once, tells of records
// again and again.
#ifndef CONVERGENCE_SERVICES_REGISTRY_STANDING_READ_H_
#define CONVERGENCE_SERVICES_REGISTRY_STANDING_READ_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/registry/permit.h"
#include "services/registry/registry.h"

namespace dci::registry {

// What a sender may be told by `authorize` of its request, JSON or empty,
// where a consent artefact may stand as well. By the policy that the sender
// has now and the clock of now: to be judged when the request is made, and
// again whenever something is told, so that what was withdrawn or has expired
// ends it. Everything where the registry has no rules. Errors as
// ConsentGate::Judge.
absl::StatusOr<Permit> JudgeStanding(const Registry& registry,
                                     absl::string_view sender_id,
                                     absl::string_view authorize,
                                     absl::Time now);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_STANDING_READ_H_
