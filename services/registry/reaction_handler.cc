#include "services/registry/reaction_handler.h"

#include <utility>

#include "dci/registry/v1/subscribe.pb.h"
#include "services/base/status_macros.h"
#include "services/exchange/typed_handler.h"

namespace dci::registry {
namespace {

constexpr char kOnSubscribe[] = "dci.registry.v1.SubscribeResponse";
constexpr char kOnUnsubscribe[] = "dci.registry.v1.UnsubscribeResponse";
constexpr char kNotify[] = "dci.registry.v1.NotifyEventRequest";

}  // namespace

absl::StatusOr<exchange::CallbackOutcome> FollowerHandler::Apply(
    const exchange::ItemContext& context, absl::string_view body,
    storage::CommitView& view) const {
  const exchange::RequestContext& request = *context.request;
  const std::string& kind = request.method->request_body->full_name;
  if (kind == kOnSubscribe) {
    ASSIGN_OR_RETURN(const auto answer,
                     exchange::ReadItem<v1::SubscribeResponse>(body));
    RETURN_IF_ERROR(subscriber_->TakeAnswer(context, answer, view));
  } else if (kind == kNotify) {
    ASSIGN_OR_RETURN(const auto notification,
                     exchange::ReadItem<v1::NotifyEventRequest>(body));
    reactions_->Queue(request.sender_id, SubscriptionCodeOf(request.header),
                      notification, context.now, view);
  }
  return exchange::CallbackOutcome();
}

absl::Status ServeFollower(const schema::Service& callbacks,
                           std::shared_ptr<const FollowerHandler> handler,
                           exchange::HandlerRegistry* handlers) {
  for (const schema::Method& method : callbacks.methods) {
    if (method.request_body == nullptr) continue;
    const std::string& kind = method.request_body->full_name;
    if (kind != kOnSubscribe && kind != kOnUnsubscribe && kind != kNotify)
      continue;
    RETURN_IF_ERROR(handlers->Register(
        method, std::shared_ptr<const exchange::CallbackHandler>(handler)));
  }
  return absl::OkStatus();
}

}  // namespace dci::registry
