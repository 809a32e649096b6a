// Subscriptions of the registries of a server: their operations, their
// background work, what is told of them.
#ifndef CONVERGENCE_SERVICES_SERVER_SUBSCRIPTION_SERVING_H_
#define CONVERGENCE_SERVICES_SERVER_SUBSCRIPTION_SERVING_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "dci/config/v1/subscription.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "services/exchange/outbox.h"
#include "services/registry/log_trim.h"
#include "services/registry/registry.h"
#include "services/registry/subscriptions.h"
#include "services/server/domain.h"
#include "services/server/watch_serving.h"

namespace dci::server {

class SubscriptionServing {
 public:
  // Serves the subscriptions of one registry, which must outlive this.
  absl::StatusOr<registry::Subscriptions*> Add(
      registry::Registry* registry,
      const dci::config::v1::SubscriptionConfig& config,
      const DomainParts& parts, Served* served);

  // Serves what is for all that were added: watching, the operator's part, and
  // the care of their common change log.
  void ServeAll(const DomainParts& parts, Served* served);

  void AddCapabilities(dci::ext::v1::Capabilities* capabilities) const;
  void AddMetrics(std::vector<Sample>* samples) const;

 private:
  absl::StatusOr<bool> Trim(absl::Time now);

  std::optional<exchange::Outbox> outbox_;
  std::vector<std::unique_ptr<registry::Subscriptions>> all_;
  WatchServing watch_;
  std::optional<registry::LogTrimmer> trimmer_;
  absl::Time next_trim_ = absl::InfinitePast();
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_SUBSCRIPTION_SERVING_H_
