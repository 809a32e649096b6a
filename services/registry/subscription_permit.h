// What subscriptions and watches may tell, by consent, authority and purpose.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_PERMIT_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_PERMIT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/registry/permit.h"
#include "services/registry/registry.h"
#include "services/registry/standing_read.h"
#include "services/registry/subscription_criteria.h"
#include "services/registry/subscription_state.pb.h"

namespace dci::registry {

// Refuses a filter by what may not be seen: that something was told would tell
// it. Errors as Permit::Narrow.
absl::Status CheckFilter(const Permit& permit, const Catalog& catalog,
                         const CompiledCriteria& criteria);

// What a subscription may tell now; nothing where it may tell nothing.
std::optional<Permit> PermitOf(const Registry& registry,
                               const state::Subscription& subscription,
                               absl::Time now);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_PERMIT_H_
