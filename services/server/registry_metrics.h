// What a registry holds, for /metrics.
#ifndef CONVERGENCE_SERVICES_SERVER_REGISTRY_METRICS_H_
#define CONVERGENCE_SERVICES_SERVER_REGISTRY_METRICS_H_

#include <memory>
#include <vector>

#include "services/registry/registry.h"
#include "services/server/metrics_page.h"

namespace dci::server {

// Records of each type, exact for few and a guess for many, and indexes that
// are still being filled; by registry and type.
void AddRegistryMetrics(
    const std::vector<std::unique_ptr<registry::Registry>>& registries,
    std::vector<Sample>* samples);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_REGISTRY_METRICS_H_
