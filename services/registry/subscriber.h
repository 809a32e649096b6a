// The subscriber's side: subscriptions that this institution keeps at others.
//
// Each is asked for by a pass, through the outbox, and answered by OnSubscribe;
// what is known of it is a row of the store, so that a restart changes nothing.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIBER_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIBER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/admin/v1/reactions.pb.h"
#include "dci/config/v1/reaction.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "services/base/ids.h"
#include "services/exchange/handler.h"
#include "services/exchange/outbox.h"
#include "services/registry/reaction_state.pb.h"
#include "services/schema/model.h"
#include "services/storage/store.h"
#include "services/trust/participants.h"

namespace dci::registry {

// Name of the key space.
inline constexpr char kSubscriberSpace[] = "standing_subscriptions";

// subscription_code of a notification's header.meta; empty where it has none.
std::string SubscriptionCodeOf(const common::v1::MsgCallbackHeader& header);

// Thread-safe.
class Subscriber {
 public:
  // The store must have the space and those of the exchange. All outlive this;
  // `participants` may be null, and then everybody is known. INVALID_ARGUMENT,
  // naming the subscription, for one without publisher, service, event or
  // record, and for a name that is there twice.
  static absl::StatusOr<std::unique_ptr<Subscriber>> Create(
      storage::Store* store, const schema::Model* model,
      const trust::ParticipantDirectory* participants,
      std::vector<config::v1::StandingSubscription> subscriptions,
      IdSource* ids = IdSource::Random());

  // Asks for what is not live: what was never asked for, has changed, ends
  // soon, was refused an hour ago, or has had no answer for a day. A publisher
  // that is no participant yet is asked once it is one. Returns how many
  // messages were put into the outbox. Waits for its commits.
  absl::StatusOr<int> ExecutePass(absl::Time now);

  // Takes an answer, within a callback's commit. Answers to anything but the
  // last request of a subscription change nothing.
  absl::Status TakeAnswer(const exchange::ItemContext& context,
                          const v1::SubscribeResponse& answer,
                          storage::CommitView& view) const;

  // The event that was subscribed to under a code of the publisher; empty
  // where it is not known here.
  absl::StatusOr<std::string> EventOf(const storage::View& view,
                                      absl::string_view publisher,
                                      absl::string_view code) const;

  absl::StatusOr<admin::v1::ListStandingSubscriptionsResponse> List() const;

  // Callback services of those that are subscribed at, each once.
  const std::vector<const schema::Service*>& callback_services() const {
    return callback_services_;
  }

 private:
  struct Kept {
    config::v1::StandingSubscription config;
    const schema::Method* subscribe = nullptr;
    const schema::Method* unsubscribe = nullptr;  // null: there is none
    std::string digest;
  };

  Subscriber(storage::Store* store, storage::Space space,
             exchange::Outbox outbox,
             const trust::ParticipantDirectory* participants, IdSource* ids)
      : store_(store),
        space_(space),
        outbox_(outbox),
        participants_(participants),
        ids_(ids) {}
  bool IsKnown(const std::string& publisher) const;
  absl::Status Add(const schema::Model& model,
                   config::v1::StandingSubscription config);
  absl::StatusOr<int> Ask(const Kept& kept,
                          const state::StandingSubscription& row,
                          absl::Time now) const;
  exchange::Outgoing Request(const Kept& kept,
                             const state::StandingSubscription& row,
                             absl::Time now) const;
  exchange::Outgoing Farewell(const Kept& kept, const std::string& code,
                              absl::Time now) const;

  storage::Store* const store_;
  const storage::Space space_;
  const exchange::Outbox outbox_;
  const trust::ParticipantDirectory* const participants_;
  IdSource* const ids_;
  std::vector<Kept> kept_;
  std::vector<const schema::Service*> callback_services_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIBER_H_
