// The subscriptions of a registry that take part, in memory: as of a snapshot.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_TABLE_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_TABLE_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/registry/event_types.h"
#include "services/registry/registry.h"
#include "services/registry/subscription_criteria.h"
#include "services/registry/subscription_index.h"
#include "services/registry/subscription_rows.h"
#include "services/storage/store.h"

namespace dci::registry {

struct LiveSubscription {
  state::Subscription row;
  CompiledCriteria criteria;

  const std::string& code() const { return row.code(); }
  bool scheduled() const { return criteria.schedule.has_value(); }
  // It is told of changes as they come; otherwise it is suspended, waits, or
  // follows by itself.
  bool joined() const;
  // It has something to catch up with.
  bool behind() const;
  // Whether a change of these events is between its start and its end.
  bool Wants(EventSet events, uint64_t sequence, int64_t time_us) const;
};

// One thread, but for Counts.
class SubscriptionTable {
 public:
  // All outlive this.
  SubscriptionTable(const Registry* registry, const SubscriptionRows* rows,
                    const EventTypes* events)
      : registry_(registry), rows_(rows), events_(events) {}

  // Brings the table to the state of the snapshot, which is not older than the
  // one before. INTERNAL where the store cannot be read.
  absl::Status Refresh(const storage::Snapshot& snapshot);

  // Null where it does not take part.
  const LiveSubscription* Find(absl::string_view code) const;
  // Those that the change concerns and that have joined, by code, after a
  // code.
  std::vector<const LiveSubscription*> Match(const ChangeView& view,
                                             EventSet events, uint64_t sequence,
                                             int64_t time_us,
                                             absl::string_view after) const;
  // Those that are behind, those that have ended and are not closed, those
  // whose criteria cannot be read any more; by code.
  const std::map<std::string, const LiveSubscription*>& behind() const {
    return behind_;
  }
  const std::map<std::string, const LiveSubscription*>& ending() const {
    return ending_;
  }
  const std::map<std::string, std::string>& unreadable() const {
    return unreadable_;
  }
  // Changes whenever the table does.
  uint64_t version() const { return version_; }
  size_t size() const { return by_code_.size(); }
  const std::map<std::string, LiveSubscription>& all() const {
    return by_code_;
  }

 private:
  absl::Status LoadAll(const storage::Snapshot& snapshot);
  absl::Status Reload(const storage::Snapshot& snapshot,
                      const std::string& code);
  void Drop(const std::string& code);
  void Take(state::Subscription row);

  const Registry* const registry_;
  const SubscriptionRows* const rows_;
  const EventTypes* const events_;
  bool loaded_ = false;
  uint64_t version_ = 0;
  uint64_t written_ = 0;  // last row known to be written
  std::map<std::string, LiveSubscription> by_code_;
  std::map<std::string, const LiveSubscription*> behind_, ending_;
  std::map<std::string, std::string> unreadable_;
  SubscriptionIndex index_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_TABLE_H_
