// Makes the notifications that stand in the outbox as references.
#ifndef CONVERGENCE_SERVICES_REGISTRY_NOTIFICATION_SOURCE_H_
#define CONVERGENCE_SERVICES_REGISTRY_NOTIFICATION_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "services/exchange/message_source.h"
#include "services/registry/event_types.h"
#include "services/registry/permit.h"
#include "services/registry/registry.h"
#include "services/registry/subscription_rows.h"

namespace dci::registry {

// One event of a notification, or of a watch: the record after the change, or
// before it where it was deleted, as far as `permit` lets it be told; nothing
// where nothing of it may be. `event_type` empty: the change's own name.
// NOT_FOUND where the registry has no such type any more.
absl::StatusOr<std::optional<v1::NotifyEvent>> MakeEvent(
    const Registry& registry, const Permit& permit, const EventTypes& events,
    const state::Change& change, uint64_t sequence,
    absl::string_view event_type, absl::string_view locale);

// Thread-safe.
class NotificationSource : public exchange::MessageSource {
 public:
  // All outlive this. A subscription is suspended after `max_failures` failed
  // tries to deliver one notification.
  NotificationSource(const Registry* registry, const SubscriptionRows* rows,
                     const EventTypes* events, int max_failures)
      : registry_(registry),
        rows_(rows),
        events_(events),
        max_failures_(max_failures) {}

  // A NotifyEventRequest; nothing where the subscription is gone, and where
  // its sender may no longer be told what stands in it: by the header's
  // message_ts, which is the time of the try.
  // INTERNAL where the change log does not hold a change any more.
  absl::StatusOr<std::optional<std::string>> MakeBody(
      absl::string_view reference,
      const common::v1::MsgCallbackHeader& header) const override;
  absl::StatusOr<bool> TakeFailure(absl::string_view reference,
                                   const exchange::FailedTry& failed,
                                   absl::Time now,
                                   storage::CommitView& view) const override;
  void CountDelivered(absl::string_view reference) const override;

  // Since the start.
  uint64_t delivered() const { return delivered_.load(); }
  uint64_t suspended() const { return suspended_.load(); }

 private:
  const Registry* const registry_;
  const SubscriptionRows* const rows_;
  const EventTypes* const events_;
  const int max_failures_;
  mutable std::atomic<uint64_t> delivered_{0}, suspended_{0};
};

// Suspends an active subscription within a commit: what it has not been told
// of yet waits in the change log. False where it is not active.
absl::StatusOr<bool> Suspend(const SubscriptionRows& rows,
                             absl::string_view code, absl::string_view note,
                             absl::Time now, storage::CommitView& view);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_NOTIFICATION_SOURCE_H_
