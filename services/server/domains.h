// Which domains a configuration asks for.
#ifndef CONVERGENCE_SERVICES_SERVER_DOMAINS_H_
#define CONVERGENCE_SERVICES_SERVER_DOMAINS_H_

#include <memory>
#include <vector>

#include "dci/config/v1/server.pb.h"
#include "services/server/domain.h"

namespace dci::server {

// A registry for each of `registries`, a social-protection system where there
// is one, else the caller's side where `inbox` names services.
std::vector<std::unique_ptr<Domain>> DomainsFor(
    const dci::config::v1::ServerConfig& config);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_DOMAINS_H_
