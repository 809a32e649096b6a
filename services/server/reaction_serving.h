// What registries follow at other institutions, as part of their domain.
#ifndef CONVERGENCE_SERVICES_SERVER_REACTION_SERVING_H_
#define CONVERGENCE_SERVICES_SERVER_REACTION_SERVING_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/registry/reaction_operator.h"
#include "services/registry/reactions.h"
#include "services/registry/registry.h"
#include "services/registry/subscriber.h"
#include "services/server/domain.h"

namespace dci::server {

// The operations on standing subscriptions and reactions of the admin
// endpoint; `reactions` is null for a server without any. Both outlive
// `served`.
void ServeReactionAdmin(const DomainParts& parts,
                        registry::Subscriber* subscriber,
                        registry::ReactionOperator* reactions, Served* served);

class ReactionServing {
 public:
  static std::vector<std::string> Spaces();

  // Subscribes, takes what is notified, applies the rules, serves the
  // operator: nothing of it where no registry is configured to follow.
  // INVALID_ARGUMENT for rules that cannot work. The registries outlive this.
  absl::Status Start(
      const DomainParts& parts,
      const std::vector<dci::config::v1::RegistryConfig>& configs,
      const std::vector<std::unique_ptr<registry::Registry>>& registries,
      Served* served);

 private:
  std::unique_ptr<registry::Subscriber> subscriber_;
  std::unique_ptr<registry::Reactions> reactions_;
  std::optional<registry::ReactionOperator> operator_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_REACTION_SERVING_H_
