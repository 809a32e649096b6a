// Subscribe and unsubscribe, as the exchange calls them.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_HANDLERS_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/subscription.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "services/exchange/handler.h"
#include "services/exchange/outbox.h"
#include "services/registry/event_types.h"
#include "services/registry/registry.h"
#include "services/registry/subscription_criteria.h"
#include "services/registry/subscription_rows.h"

namespace dci::registry {

// What both need; all of it outlives them.
struct SubscriptionParts {
  const Registry* registry = nullptr;
  const SubscriptionRows* rows = nullptr;
  const EventTypes* events = nullptr;
  const exchange::Outbox* outbox = nullptr;
  config::v1::SubscriptionConfig config;
  absl::TimeZone zone = absl::UTCTimeZone();
  // May be empty.
  Completer complete;
};

// A subscription as its subscriber sees it.
absl::StatusOr<v1::SubscriptionInfo> InfoOf(const wire::Codec& codec,
                                            const state::Subscription& row);

// Lets a pending subscription begin, within a commit, and tells its subscriber.
absl::Status Activate(const SubscriptionParts& parts,
                      const state::Subscription& old, absl::Time now,
                      storage::CommitView& view);

// Lets a suspended subscription go on, within a commit: what is parked for it
// is due again, and what was changed meanwhile follows. False where it is not
// suspended.
absl::StatusOr<bool> Resume(const SubscriptionRows& rows,
                            const exchange::Outbox& outbox,
                            const state::Subscription& old, absl::Time now,
                            storage::CommitView& view);

// Makes a subscription of each item. Thread-safe.
//
// An item is `pdng` until the operator approves it where that is configured.
// One that asks for what a live subscription of the sender asks for already is
// refused with rjct.event.already_subscribed and that one's code; where that
// one is suspended, it is resumed instead. Refusals with
// rjct.notify_details.invalid where the sender has as many as it may have, has
// no address for notifications, or asks for a time that has passed or is too
// long; otherwise those of CompileCriteria. While a bulk load runs, whose
// records nobody is told of, it is tried again later.
class SubscribeHandler : public exchange::ItemHandler {
 public:
  explicit SubscribeHandler(SubscriptionParts parts)
      : parts_(std::move(parts)) {}

  absl::Status Validate(const exchange::ItemContext& context,
                        absl::string_view item) const override;
  void Keys(const exchange::ItemContext& context, absl::string_view item,
            std::vector<storage::Key>* keys) const override;
  absl::StatusOr<exchange::ItemOutcome> Apply(
      const exchange::ItemContext& context, absl::string_view item,
      storage::CommitView& view) const override;
  common::v1::Reason UnreadableReason() const override {
    return common::v1::REASON_NOTIFY_DETAILS_INVALID;
  }

 private:
  // An item, resolved; nothing of it depends on what is stored.
  struct Wanted {
    CompiledCriteria criteria;
    state::Subscription row;
  };
  absl::StatusOr<Wanted> Read(const exchange::ItemContext& context,
                              absl::string_view item) const;
  absl::Status SetTimes(const exchange::ItemContext& context,
                        Wanted* wanted) const;
  absl::Status SetAddress(const exchange::ItemContext& context,
                          state::Subscription* row) const;
  bool NeedsApproval(const exchange::ItemContext& context) const;
  int LimitOf(const exchange::ItemContext& context) const;
  absl::StatusOr<exchange::ItemOutcome> Repeat(
      const exchange::ItemContext& context, const state::Subscription& held,
      storage::CommitView& view) const;

  const SubscriptionParts parts_;
};

// Ends the subscriptions of a message: all of them, or none where one is
// unknown (rjct.subscription_code.invalid), somebody else's
// (rjct.requester.invalid) or has ended (rjct.event.already_unsubscribed). The
// answer has the state of each that is the sender's. Thread-safe.
class UnsubscribeHandler : public exchange::ItemHandler {
 public:
  explicit UnsubscribeHandler(SubscriptionParts parts)
      : parts_(std::move(parts)) {}

  void Keys(const exchange::ItemContext& context, absl::string_view item,
            std::vector<storage::Key>* keys) const override;
  absl::StatusOr<exchange::ItemOutcome> Apply(
      const exchange::ItemContext& context, absl::string_view item,
      storage::CommitView& view) const override;
  common::v1::Reason UnreadableReason() const override {
    return common::v1::REASON_SUBSCRIPTION_CODE_INVALID;
  }

 private:
  absl::Status End(const exchange::ItemContext& context,
                   const state::Subscription& old,
                   storage::CommitView& view) const;

  const SubscriptionParts parts_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_HANDLERS_H_
