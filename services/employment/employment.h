// What a server needs to hold an employment support system beyond what every
// registry has: one question about one person.
#ifndef CONVERGENCE_SERVICES_EMPLOYMENT_EMPLOYMENT_H_
#define CONVERGENCE_SERVICES_EMPLOYMENT_EMPLOYMENT_H_

#include "absl/status/status.h"
#include "services/exchange/handler_registry.h"
#include "services/registry/registry.h"

namespace dci::employment {

inline constexpr char kService[] = "dci.employment.v1.EmploymentRegistry";
// Services beside it.
inline constexpr const char* kOwnServices[] = {
    "dci.employment.v1.EnrolmentCheck"};

// Registers the handlers; the registry outlives `handlers`.
absl::Status Serve(const registry::Registry* registry,
                   exchange::HandlerRegistry* handlers);

}  // namespace dci::employment

#endif  // CONVERGENCE_SERVICES_EMPLOYMENT_EMPLOYMENT_H_
