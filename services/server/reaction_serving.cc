#include "services/server/reaction_serving.h"

#include <utility>

#include "services/base/status_macros.h"
#include "services/registry/reaction_handler.h"
#include "services/server/typed_plain.h"

namespace dci::server {
namespace {

namespace admin = ::dci::admin::v1;

}  // namespace

void ServeReactionAdmin(const DomainParts& parts,
                        registry::Subscriber* subscriber,
                        registry::ReactionOperator* reactions, Served* served) {
  const schema::Service* service =
      parts.codec->model().FindService("dci.admin.v1.ReactionAdmin");
  const Clock* clock = parts.clock;
  served->admin[service->FindMethod("ListStandingSubscriptions")] =
      OnWorker<admin::ListStandingSubscriptionsRequest,
               admin::ListStandingSubscriptionsResponse>(
          parts.worker,
          [subscriber](const auto&) { return subscriber->List(); });
  served->admin[service->FindMethod("ListUnmatched")] =
      OnWorker<admin::ListUnmatchedRequest, admin::ListUnmatchedResponse>(
          parts.worker,
          [reactions](const auto& request)
              -> absl::StatusOr<admin::ListUnmatchedResponse> {
            if (reactions == nullptr) return admin::ListUnmatchedResponse();
            return reactions->List(request);
          });
  served->admin[service->FindMethod("RetryReactions")] =
      OnWorker<admin::RetryReactionsRequest, admin::RetryReactionsResponse>(
          parts.worker,
          [reactions, clock](const auto& request)
              -> absl::StatusOr<admin::RetryReactionsResponse> {
            if (reactions == nullptr)
              return absl::NotFoundError("there are no reactions here");
            return reactions->Retry(request, clock->Now());
          });
  served->admin[service->FindMethod("DiscardReaction")] =
      OnWorker<admin::DiscardReactionRequest, admin::DiscardReactionResponse>(
          parts.worker,
          [reactions](const auto& request)
              -> absl::StatusOr<admin::DiscardReactionResponse> {
            if (reactions == nullptr)
              return absl::NotFoundError("there are no reactions here");
            return reactions->Discard(request);
          });
  served->admin_services.push_back(service);
}

std::vector<std::string> ReactionServing::Spaces() {
  return {registry::kReactionsSpace, registry::kSubscriberSpace};
}

absl::Status ReactionServing::Start(
    const DomainParts& parts,
    const std::vector<dci::config::v1::RegistryConfig>& configs,
    const std::vector<std::unique_ptr<registry::Registry>>& registries,
    Served* served) {
  std::vector<dci::config::v1::StandingSubscription> subscriptions;
  std::vector<registry::ReactionsOf> following;
  for (size_t i = 0; i < registries.size(); ++i) {
    const dci::config::v1::Reactions& config = configs[i].reactions();
    subscriptions.insert(subscriptions.end(), config.subscriptions().begin(),
                         config.subscriptions().end());
    if (configs[i].has_reactions())
      following.push_back({registries[i].get(), config});
  }
  if (following.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(subscriber_,
                   registry::Subscriber::Create(
                       parts.store, &parts.codec->model(), parts.participants,
                       std::move(subscriptions)));
  ASSIGN_OR_RETURN(reactions_,
                   registry::Reactions::Create(parts.store, subscriber_.get(),
                                               std::move(following)));
  operator_.emplace(reactions_.get(), parts.codec);
  const auto handler = std::make_shared<const registry::FollowerHandler>(
      subscriber_.get(), reactions_.get());
  bool bare = true;
  for (const schema::Service* service : subscriber_->callback_services()) {
    RETURN_IF_ERROR(registry::ServeFollower(*service, handler, parts.handlers));
    // Bare paths can mean one registry's callbacks only: the first's.
    served->services.push_back({service, bare, true});
    bare = false;
  }
  served->passes.push_back({"standing subscriptions",
                            [this](absl::Time now) -> absl::StatusOr<bool> {
                              RETURN_IF_ERROR(
                                  subscriber_->ExecutePass(now).status());
                              return false;
                            }});
  served->passes.push_back({"reactions", [this](absl::Time now) {
                              return reactions_->ExecutePass(now);
                            }});
  ServeReactionAdmin(parts, subscriber_.get(), &*operator_, served);
  return absl::OkStatus();
}

}  // namespace dci::server
