// What a follower takes from those that it follows.
#ifndef CONVERGENCE_SERVICES_REGISTRY_REACTION_HANDLER_H_
#define CONVERGENCE_SERVICES_REGISTRY_REACTION_HANDLER_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/registry/reactions.h"
#include "services/registry/subscriber.h"
#include "services/schema/service.h"

namespace dci::registry {

// Takes on-subscribe, on-unsubscribe and notify. Thread-safe.
class FollowerHandler : public exchange::CallbackHandler {
 public:
  // Both outlive this.
  FollowerHandler(const Subscriber* subscriber, const Reactions* reactions)
      : subscriber_(subscriber), reactions_(reactions) {}

  // What is read is few and hot, or is known only once the message is.
  void Keys(const exchange::ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override {}
  absl::StatusOr<exchange::CallbackOutcome> Apply(
      const exchange::ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override;

 private:
  const Subscriber* const subscriber_;
  const Reactions* const reactions_;
};

// Registers the handler for those methods of a callback service that it takes.
// Errors as HandlerRegistry::Register.
absl::Status ServeFollower(const schema::Service& callbacks,
                           std::shared_ptr<const FollowerHandler> handler,
                           exchange::HandlerRegistry* handlers);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_REACTION_HANDLER_H_
