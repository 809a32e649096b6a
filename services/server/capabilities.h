// What a server can do, made from its schema and its configuration.
#ifndef CONVERGENCE_SERVICES_SERVER_CAPABILITIES_H_
#define CONVERGENCE_SERVICES_SERVER_CAPABILITIES_H_

#include <vector>

#include "dci/config/v1/server.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "services/exchange/handler_registry.h"
#include "services/schema/service.h"
#include "services/transport/routes.h"

namespace dci::server {

// Operations that are served, dialects, limits, algorithms: what a service
// declares and nobody handles is not listed. Record types and queries are added
// by the domains.
dci::ext::v1::Capabilities MakeCapabilities(
    const dci::config::v1::ServerConfig& config,
    const std::vector<transport::ServedService>& services,
    const exchange::HandlerRegistry& handlers);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_CAPABILITIES_H_
