// A social registry with subscriptions, in memory, and its subscribers; time
// and passes are in the test's hand.
#ifndef CONVERGENCE_SERVICES_REGISTRY_TEST_SUBSCRIPTIONS_H_
#define CONVERGENCE_SERVICES_REGISTRY_TEST_SUBSCRIPTIONS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/participant.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "dci/social/v1/social.pb.h"
#include "services/base/ids.h"
#include "services/exchange/outbox.h"
#include "services/registry/registry.h"
#include "services/registry/subscriptions.h"
#include "services/storage/store.h"
#include "services/trust/participants.h"
#include "services/wire/codec.h"

namespace dci::registry {

class CountedIds : public IdSource {
 public:
  std::string NewId() override;

 private:
  int last_ = 0;
};

// A message that was sent to a subscriber.
struct Told {
  std::string code;
  std::vector<uint64_t> sequences;
  exchange::stored::OutboxRow row;
};

class TestSubscriptions {
 public:
  explicit TestSubscriptions(SubscriptionsOptions options = {});

  // Another process on the same store.
  void Restart();

  // As the exchange would: validates, then applies in a commit of its own.
  absl::StatusOr<exchange::ItemOutcome> Subscribe(
      const std::string& sender, const v1::SubscribeCriteria& criteria);
  absl::StatusOr<exchange::ItemOutcome> Unsubscribe(
      const std::string& sender, const std::vector<std::string>& codes);
  // The code of the only subscription of an outcome; "" where there is none.
  static std::string CodeOf(const absl::StatusOr<exchange::ItemOutcome>& made);
  // Subscribes and gives the code.
  std::string CodeFor(const std::string& sender,
                      const v1::SubscribeCriteria& criteria);

  // Writes a group with that score; gives the number of the change, 0 where
  // nothing was changed.
  uint64_t Put(absl::string_view id, absl::string_view score);
  uint64_t PutRecord(absl::string_view type, const std::string& record);
  uint64_t Remove(absl::string_view id);

  // Steps until there is nothing more to do; gives how many.
  int Pass();
  // All that waits in the outbox, taken as delivered, in the order of lanes.
  std::vector<Told> Deliver();
  // The same by code: the numbers of the changes.
  std::map<std::string, std::vector<uint64_t>> DeliverByCode();
  state::Subscription Row(const std::string& code) const;
  absl::Status Commit(
      const std::function<absl::Status(storage::CommitView&)>& apply);

  absl::Time now = absl::FromUnixSeconds(1795502400);  // 2026-11-24 06:40
  CountedIds ids;
  std::unique_ptr<storage::Store> store;
  wire::Codec codec;
  exchange::Outbox outbox;
  std::map<std::string, std::shared_ptr<const trust::Participant>> senders;
  config::v1::RegistryConfig registry_config;
  SubscriptionsOptions options;
  std::unique_ptr<Registry> registry;
  std::unique_ptr<Subscriptions> subscriptions;

 private:
  exchange::RequestContext ContextFor(const std::string& sender);
  absl::StatusOr<exchange::ItemOutcome> Apply(
      const exchange::ItemHandler& handler,
      const exchange::RequestContext& request, const std::string& item);
  uint64_t Write(RecordChange change);
};

// Criteria of one event, with a NoSQL filter.
v1::SubscribeCriteria Criteria(absl::string_view event,
                               absl::string_view query = "{}",
                               absl::string_view cron = "");

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_TEST_SUBSCRIPTIONS_H_
