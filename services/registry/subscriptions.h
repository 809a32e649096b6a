// The subscriptions of a registry: who is told of which changes.
//
//   ASSIGN_OR_RETURN(auto subscriptions,
//                    Subscriptions::Open(registry, &outbox, options));
//   RETURN_IF_ERROR(subscriptions->Serve(handlers));
//   sources[subscriptions->source_name()] = &subscriptions->source();
//   …
//   subscriptions->fan_out().Execute(now);  // in the background, again and
//                                           // again while it says so
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTIONS_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTIONS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dci/config/v1/subscription.pb.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/outbox.h"
#include "services/registry/event_types.h"
#include "services/registry/fan_out.h"
#include "services/registry/notification_source.h"
#include "services/registry/registry.h"
#include "services/registry/subscription_handlers.h"
#include "services/registry/subscription_rows.h"

namespace dci::registry {

struct SubscriptionsOptions {
  config::v1::SubscriptionConfig config;
  // How the exchange completes items that wait for approval; may be empty.
  Completer complete;
  // Asks for a pass of the fan-out: there are changes. Quick; called in the
  // store's serial stage. May be empty.
  std::function<void()> wake;
  // Bounds of a commit of the fan-out; the rest follows from `config`.
  FanOutOptions fan_out;
};

// Thread-safe.
class Subscriptions {
 public:
  // Registry and outbox, of one store, outlive this. Before there are changes.
  // INVALID_ARGUMENT for an event that the registry cannot have, or an unknown
  // time zone.
  static absl::StatusOr<std::unique_ptr<Subscriptions>> Open(
      Registry* registry, const exchange::Outbox* outbox,
      SubscriptionsOptions options);

  ~Subscriptions();

  // Registers the service's methods that subscribe and unsubscribe; nothing
  // where it has none. This must outlive `handlers`.
  absl::Status Serve(exchange::HandlerRegistry* handlers) const;

  // The name under which the outbox must find `source`.
  const std::string& source_name() const { return source_name_; }
  const NotificationSource& source() const { return *source_; }
  FanOut& fan_out() const { return *fan_out_; }
  const EventTypes& events() const { return events_; }
  const SubscriptionRows& rows() const { return rows_; }
  const SubscriptionParts& parts() const { return parts_; }
  // As exchange::TxnStatusHandler::CodeLookup.
  absl::StatusOr<std::optional<std::string>> HandleOf(
      const storage::Snapshot& snapshot, absl::string_view sender_id,
      absl::string_view code, bool ended) const;
  Registry& registry() const { return *registry_; }
  // Whether the service has methods for subscriptions.
  bool offered() const { return notify_ != nullptr; }

 private:
  Subscriptions(Registry* registry, EventTypes events);
  // A bulk load writes no changes: it must be nobody's loss.
  absl::Status GuardBulk() const;
  void NoteBulk() const;

  Registry* const registry_;
  const EventTypes events_;
  const SubscriptionRows rows_;
  const schema::Method* notify_ = nullptr;
  const std::string source_name_;
  SubscriptionParts parts_;
  std::unique_ptr<NotificationSource> source_;
  std::unique_ptr<FanOut> fan_out_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTIONS_H_
