#include "services/server/domains.h"

#include "services/server/inbox_domain.h"
#include "services/server/reference_domain.h"
#include "services/server/registry_domain.h"
#include "services/server/sp_system_domain.h"

namespace dci::server {

std::vector<std::unique_ptr<Domain>> DomainsFor(
    const dci::config::v1::ServerConfig& config) {
  std::vector<std::unique_ptr<Domain>> domains;
  if (config.registries_size() > 0)
    domains.push_back(std::make_unique<RegistryDomain>(
        std::vector<dci::config::v1::RegistryConfig>(
            config.registries().begin(), config.registries().end())));
  const std::vector<std::string> inbox(config.inbox().begin(),
                                       config.inbox().end());
  if (config.has_sp_system())
    domains.push_back(
        std::make_unique<SpSystemDomain>(config.sp_system(), inbox));
  else if (!inbox.empty())
    domains.push_back(std::make_unique<InboxDomain>(inbox));
  domains.push_back(std::make_unique<ReferenceDomain>());
  return domains;
}

}  // namespace dci::server
