// Own records that follow other institutions' by rules of the configuration.
//
// A notification is acknowledged once it stands in the store; a pass applies
// the rules to it, each rule and record of the publisher in a commit of its
// own: what is known of the record (followed.h), what the rule has done, and
// the changed records are written together. A rule is applied to the newest
// state of a record and to nothing before it, so what comes twice, late or in
// the wrong order leaves what the right order would have left.
//
// What a rule cannot do is kept, tried again from time to time (a household
// may be registered after the birth of its child), and listed for the
// operator.
#ifndef CONVERGENCE_SERVICES_REGISTRY_REACTIONS_H_
#define CONVERGENCE_SERVICES_REGISTRY_REACTIONS_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/reaction.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "services/registry/reaction_rule.h"
#include "services/registry/reaction_state.pb.h"
#include "services/registry/registry.h"
#include "services/registry/subscriber.h"
#include "services/storage/store.h"

namespace dci::registry {

// Name of the key space.
inline constexpr char kReactionsSpace[] = "registry_reactions";

// Rules of a registry.
struct ReactionsOf {
  const Registry* registry = nullptr;
  config::v1::Reactions config;
};

// Thread-safe.
class Reactions {
 public:
  // All outlive this, and share `store`, which must have the space.
  // `subscriber` tells the events of notifications that do not; may be null.
  // INVALID_ARGUMENT for a rule that does not fit the schema, or two of one
  // name.
  static absl::StatusOr<std::unique_ptr<Reactions>> Create(
      storage::Store* store, const Subscriber* subscriber,
      std::vector<ReactionsOf> registries);

  // Keeps the events of a notification, within a callback's commit. Those of
  // a publisher that no rule heeds are passed over.
  void Queue(absl::string_view publisher, absl::string_view subscription_code,
             const v1::NotifyEventRequest& notification, absl::Time now,
             storage::CommitView& view) const;

  // Applies what waits, and tries again what is due; bounded. Waits for its
  // commits. True where there may be more. What fails for the moment stays.
  absl::StatusOr<bool> ExecutePass(absl::Time now);

  // One rule and record, of which something is not done.
  struct Unmatched {
    std::string id;
    state::Reaction reaction;
    const schema::Message* notified = nullptr;  // null: no such rule any more
  };
  // What is tried again first comes first. At most `limit` after `cursor`,
  // which is moved on, and empty at the end.
  absl::StatusOr<std::vector<Unmatched>> List(size_t limit,
                                              std::string* cursor) const;
  // Makes one due, or with an empty id all; how many. NOT_FOUND.
  absl::StatusOr<int> Retry(absl::string_view id, absl::Time now);
  // NOT_FOUND.
  absl::Status Discard(absl::string_view id);

 private:
  struct Held {
    const Registry* registry;
    std::shared_ptr<const ReactionRule> rule;
  };
  // One event, on its way through the rules.
  struct News;

  Reactions(storage::Store* store, storage::Space space,
            const Subscriber* subscriber)
      : store_(store), space_(space), subscriber_(subscriber) {}

  absl::Status Take(absl::string_view queue_key,
                    const state::QueuedEvent& queued, absl::Time now);
  absl::Status TakeRecord(const News& news, absl::string_view message,
                          absl::string_view record);
  absl::Status Settle(const Held& held, const std::string& id, const News* news,
                      absl::string_view record, absl::Time now);
  absl::Status SettleOnce(const Held& held, const std::string& id,
                          const News* news, absl::string_view record,
                          absl::string_view refusal, absl::Time now);
  absl::Status KeepMisfit(const Held& held, const News& news,
                          absl::string_view record);
  absl::Status Commit(const Held& held, const std::string& id,
                      const state::Reaction& before,
                      const state::Reaction& after,
                      const std::vector<RecordChange>& changes,
                      absl::Time now) const;
  absl::StatusOr<int> RetryDue(absl::Time now);
  const Held* Find(const state::Reaction& reaction) const;

  storage::Store* const store_;
  const storage::Space space_;
  const Subscriber* const subscriber_;
  std::vector<Held> rules_;
  std::mutex pass_mutex_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_REACTIONS_H_
