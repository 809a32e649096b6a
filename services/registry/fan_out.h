// From the change log to the outbox: each subscription gets every change
// between its start and its end, once and in order.
#ifndef CONVERGENCE_SERVICES_REGISTRY_FAN_OUT_H_
#define CONVERGENCE_SERVICES_REGISTRY_FAN_OUT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/ids.h"
#include "services/exchange/outbox.h"
#include "services/registry/change_disclosure.h"
#include "services/registry/change_log.h"
#include "services/registry/event_types.h"
#include "services/registry/registry.h"
#include "services/registry/subscription_rows.h"
#include "services/registry/subscription_table.h"

namespace dci::registry {

struct FanOutOptions {
  // Notifications of one commit: what the store's serial stage does for it is
  // some milliseconds.
  size_t max_messages = 500;
  // Changes looked at for one commit.
  size_t max_changes = 2000;
  // Events of one message of a schedule.
  size_t max_events_per_message = 100;
  // Of schedules.
  absl::TimeZone zone = absl::UTCTimeZone();
  // May be empty.
  Completer complete;
  // Of messages whose disclosures are written down; outlives the fan-out.
  IdSource* ids = IdSource::Random();
};

struct FanOutStats {
  size_t changes = 0;        // done with
  size_t notifications = 0;  // put into the outbox
  size_t collected = 0;      // kept for a schedule
  // There is more to do now.
  bool more = false;
};

// Subscriptions by state, and how far the fan-out is behind.
struct SubscriptionCounts {
  size_t active = 0;
  size_t pending = 0;
  size_t suspended = 0;
  size_t behind = 0;  // of the active ones
};

// Thread-safe; one pass at a time.
class FanOut {
 public:
  // All outlive this. `notify` is the method that takes notifications,
  // `source` the name by which the outbox knows who makes their bodies.
  FanOut(Registry* registry, const SubscriptionRows* rows,
         const EventTypes* events, const exchange::Outbox* outbox,
         const schema::Method* notify, std::string source,
         FanOutOptions options);

  // One step: hands changes on, lets those catch up that are behind, ends what
  // has expired, sends what schedules collected; each bounded, each its own
  // commit together with the place where it goes on. Waits for the commits.
  absl::StatusOr<FanOutStats> Execute(absl::Time now);

  // There are changes that may not be durable yet. Quick; any thread.
  void NoteChange() { changed_.store(true); }

  // As of the last step.
  SubscriptionCounts Counts() const;
  // Changes up to here are handed on; 0 before the first step.
  uint64_t position() const { return position_.load(); }

 private:
  // A change that concerns a subscription.
  struct Match {
    const LiveSubscription* live = nullptr;
    uint64_t sequence = 0;
    // Of the notification, and what writes down that it discloses a record;
    // both empty where nothing is written down now.
    std::string message_id;
    DisclosureLog::Write write_down;
  };
  // A commit being put together.
  struct Batch {
    std::vector<Match> matches;
    state::FanOut end;
    size_t changes = 0;
    // There is more in the snapshot.
    bool more = false;
  };

  absl::Status MakeDurable();
  absl::Status FindPlace(const storage::Snapshot& snapshot);
  absl::Status SuspendUnreadable(absl::Time now, FanOutStats* stats);
  absl::StatusOr<Batch> Gather(const storage::Snapshot& snapshot,
                               absl::Time now) const;
  // Part of one subscription's way through the log up to the common place.
  absl::StatusOr<Batch> GatherOne(const storage::Snapshot& snapshot,
                                  const LiveSubscription& live,
                                  absl::Time now) const;
  absl::StatusOr<Match> MakeMatch(const LiveSubscription& live,
                                  const ChangeReader& reader, absl::Time now,
                                  const storage::Snapshot& snapshot) const;
  absl::StatusOr<std::vector<DisclosureLog::Write>> WriteDownCollected(
      const state::Subscription& row, const std::vector<uint64_t>& sequences,
      const std::string& message_id, absl::Time now,
      const storage::Snapshot& snapshot) const;
  absl::Status HandOn(const storage::Snapshot& snapshot, absl::Time now,
                      FanOutStats* stats);
  absl::Status CommitBatch(const Batch& batch, const std::string& version,
                           absl::Time now);
  absl::Status CatchUp(const storage::Snapshot& snapshot, absl::Time now,
                       FanOutStats* stats);
  absl::Status CatchUpOne(const storage::Snapshot& snapshot,
                          const LiveSubscription& live, absl::Time now,
                          FanOutStats* stats);
  absl::Status RunTimers(const storage::Snapshot& snapshot, absl::Time now,
                         FanOutStats* stats);
  absl::Status Expire(const std::string& code, absl::Time now);
  absl::Status CloseEnded(const storage::Snapshot& snapshot, absl::Time now,
                          bool caught_up, FanOutStats* stats);
  // Sends what was collected, at most so much as one commit may; whether that
  // was all.
  absl::StatusOr<bool> SendCollected(const storage::Snapshot& snapshot,
                                     const std::string& code, absl::Time now,
                                     FanOutStats* stats);
  std::vector<storage::Key> KeysFor(const std::vector<Match>& matches) const;
  absl::Status Emit(storage::CommitView& view, const Match& match,
                    absl::Time now) const;
  static void CountMatches(const std::vector<Match>& matches,
                           FanOutStats* stats);
  absl::Status Enqueue(storage::CommitView& view,
                       const state::Subscription& row,
                       const std::vector<uint64_t>& sequences,
                       const std::string& message_id, absl::Time now) const;
  // Changes a row by a commit; nothing where `change` says false, or where
  // there is none such any more.
  using RowChange = std::function<absl::StatusOr<bool>(
      storage::CommitView&, state::Subscription* row)>;
  absl::Status ChangeRow(const std::string& code,
                         std::vector<storage::Key> keys,
                         const RowChange& change);
  void CountNow();

  Registry* const registry_;
  const SubscriptionRows* const rows_;
  const EventTypes* const events_;
  const exchange::Outbox* const outbox_;
  const schema::Method* const notify_;
  const std::string source_;
  const FanOutOptions options_;

  std::atomic<bool> changed_{true};
  std::atomic<uint64_t> position_{0};
  std::mutex pass_mutex_;
  // Guarded by pass_mutex_.
  SubscriptionTable table_;
  // What is done. The store's row may be behind by changes that concern
  // nobody, which may be looked at again.
  state::FanOut cursor_;
  bool placed_ = false;
  size_t unwritten_ = 0;
  uint64_t counted_ = 0;
  std::string catch_up_after_;

  mutable std::mutex counts_mutex_;
  SubscriptionCounts counts_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_FAN_OUT_H_
