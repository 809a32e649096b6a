// Registries as a domain of a server.
#ifndef CONVERGENCE_SERVICES_SERVER_REGISTRY_DOMAIN_H_
#define CONVERGENCE_SERVICES_SERVER_REGISTRY_DOMAIN_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/registry/registry.h"
#include "services/server/domain.h"
#include "services/server/reaction_serving.h"
#include "services/server/read_rules.h"
#include "services/server/registry_admin.h"
#include "services/server/registry_metrics.h"
#include "services/server/subscription_serving.h"

namespace dci::server {

// Serves any service that declares records: nothing here knows which.
class RegistryDomain : public Domain {
 public:
  // Where there is just one registry, its paths are served without prefix as
  // well: the published ones are the same for every registry.
  explicit RegistryDomain(std::vector<dci::config::v1::RegistryConfig> configs)
      : configs_(std::move(configs)) {}

  std::vector<std::string> Spaces() const override;
  absl::Status Start(const DomainParts& parts, Served* served) override;
  void AddCapabilities(dci::ext::v1::Capabilities* capabilities) const override;
  void AddMetrics(std::vector<Sample>* samples) const override {
    read_rules_.AddMetrics(samples);
    subscriptions_.AddMetrics(samples);
    AddRegistryMetrics(registries_, samples);
  }

  // For the program that holds the domain, in the order of the
  // configuration; empty before Start.
  registry::Registry& registry(size_t i) const { return *registries_[i]; }

 private:
  absl::Status ServeStream(const DomainParts& parts, Served* served);
  absl::Status StartOne(const DomainParts& parts,
                        const dci::config::v1::RegistryConfig& config,
                        Served* served);

  const std::vector<dci::config::v1::RegistryConfig> configs_;
  ReadRules read_rules_;  // outlives the registries
  std::vector<std::unique_ptr<registry::Registry>> registries_;
  ReactionServing reactions_;
  // Gone before the registries, and after the loads that end with admin_.
  SubscriptionServing subscriptions_;
  std::optional<RegistryAdmin> admin_;
};

// The one among `domains`; null where there is none.
RegistryDomain* FindRegistries(
    const std::vector<std::unique_ptr<Domain>>& domains);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_REGISTRY_DOMAIN_H_
