// What a server needs to hold a disability registry beyond what every registry
// has: three questions about one person.
#ifndef CONVERGENCE_SERVICES_DISABILITY_DISABILITY_H_
#define CONVERGENCE_SERVICES_DISABILITY_DISABILITY_H_

#include "absl/status/status.h"
#include "services/exchange/handler_registry.h"
#include "services/registry/registry.h"

namespace dci::disability {

inline constexpr char kService[] = "dci.disability.v1.DisabilityRegistry";
// Services beside it.
inline constexpr const char* kOwnServices[] = {
    "dci.disability.v1.DisabilityQuery"};

// Registers the handlers; the registry outlives `handlers`.
absl::Status Serve(const registry::Registry* registry,
                   exchange::HandlerRegistry* handlers);

}  // namespace dci::disability

#endif  // CONVERGENCE_SERVICES_DISABILITY_DISABILITY_H_
