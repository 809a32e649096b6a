// The system's name resolution. Internal.
#ifndef CONVERGENCE_SERVICES_NET_SYSTEM_RESOLVER_H_
#define CONVERGENCE_SERVICES_NET_SYSTEM_RESOLVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace dci::net {

// The numeric addresses of `host`, best first. Blocks, for seconds where the
// network is ill. UNAVAILABLE where the name does not resolve.
absl::StatusOr<std::vector<std::string>> ResolveWithSystem(
    const std::string& host);

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_SYSTEM_RESOLVER_H_
