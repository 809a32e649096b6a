// Operations that only one registry has, beside those that every registry
// serves.
#ifndef CONVERGENCE_SERVICES_SERVER_OWN_OPERATIONS_H_
#define CONVERGENCE_SERVICES_SERVER_OWN_OPERATIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dci/config/v1/server.pb.h"
#include "services/registry/registry.h"
#include "services/server/domain.h"

namespace dci::server {

// Key spaces that the registry of that service needs for them.
std::vector<std::string> OwnSpaces(const std::string& service);

// Serves those of a registry, if it has any; `bare`: without prefix as well.
// The registry outlives what is served.
absl::Status ServeOwnOperations(const registry::Registry* registry,
                                const dci::config::v1::RegistryConfig& config,
                                const DomainParts& parts, bool bare,
                                Served* served);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_OWN_OPERATIONS_H_
