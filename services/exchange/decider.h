// Decides what was accepted: the second commit of an asynchronous message.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_DECIDER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_DECIDER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/clock.h"
#include "services/exchange/backoff.h"
#include "services/exchange/item_decisions.h"
#include "services/exchange/log_sink.h"
#include "services/exchange/metrics.h"
#include "services/exchange/transactions.h"
#include "services/storage/store.h"

namespace dci::exchange {

struct DeciderOptions {
  // Messages begun by one pass; a pass is also closed by the bytes of their
  // bodies, which are all in memory.
  size_t max_messages = 256;
  size_t max_bytes = 32 << 20;
  // Bytes of results from which a callback is closed, and the rest of the
  // items goes into further ones.
  size_t max_callback_bytes = 1 << 20;
  // After so many faults a message is answered with a refusal: its sender
  // must hear something.
  int max_attempts = 10;
  BackoffOptions backoff;
  uint64_t seed = 1;
};

// Thread-safe.
class Decider {
 public:
  // All outlive this; `log` may be null.
  Decider(const DeciderOptions& options, const Spaces& spaces,
          storage::Store* store, const Transactions* transactions,
          const Outbox* outbox, Clock* clock, Metrics* metrics, LogSink* log);

  // Decides the oldest messages, each with a commit of its own, and waits for
  // the commits. A search with several pages has one of them decided. Returns
  // how many messages were begun; 0: nothing is left to do now. INTERNAL
  // where the store cannot be read.
  absl::StatusOr<int> ExecutePass(absl::Time now);

 private:
  struct Entry;
  using EntryPtr = std::shared_ptr<const Entry>;
  struct Found;
  struct Delay {
    int attempts = 0;
    absl::Time until;
  };
  class Latch;

  absl::StatusOr<std::vector<EntryPtr>> Load(const storage::Snapshot& snapshot,
                                             absl::Time now);
  void DecideItemsOf(EntryPtr entry, absl::Time now, Latch* latch);
  void SearchItemsOf(const storage::Snapshot& snapshot, EntryPtr entry,
                     absl::Time now, Latch* latch);
  absl::StatusOr<Found> Find(const storage::Snapshot& snapshot,
                             const Entry& entry, absl::Time now) const;
  absl::Status WriteFound(const Entry& entry, const Found& found,
                          absl::Time now, storage::CommitView& view) const;
  void Commit(EntryPtr entry, std::vector<storage::Key> keys,
              std::function<absl::Status(storage::CommitView&)> apply,
              std::function<void()> counted, Latch* latch);
  // A fault: tried again later, or given up.
  void Fault(EntryPtr entry, absl::Status why, absl::Time now, Latch* latch);
  void Report(const Entry& entry, int items, int refused);

  const DeciderOptions options_;
  const Spaces spaces_;
  storage::Store* const store_;
  const Transactions* const transactions_;
  const Outbox* const outbox_;
  Clock* const clock_;
  Metrics* const metrics_;
  LogSink* const log_;

  std::mutex pass_mutex_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Delay> delays_;  // by queue key
  uint64_t random_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_DECIDER_H_
