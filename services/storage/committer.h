// The one committer of a store: a Store made of an Engine.
//
// A transaction passes through three stages, each with its own threads, in
// the order of the calls of Commit:
//   prefetch   reads the declared keys, several transactions at a time
//   apply      one thread, the serial stage: runs applies into the open group
//   write      one thread: writes a closed group, synced, then calls `done`
// While one group is being written the next one fills: a group grows as long
// as the disk is slow, and is a single transaction where nothing waits.
#ifndef CONVERGENCE_SERVICES_STORAGE_COMMITTER_H_
#define CONVERGENCE_SERVICES_STORAGE_COMMITTER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/storage/engine.h"
#include "services/storage/history.h"
#include "services/storage/overlay.h"
#include "services/storage/read_ahead.h"
#include "services/storage/store.h"

namespace dci::storage {

class Committer final : public Store {
 public:
  // INTERNAL where the engine cannot say its last sequence number.
  static absl::StatusOr<std::unique_ptr<Store>> Create(
      std::shared_ptr<Engine> engine, const CommitterOptions& options);
  ~Committer() override;

  absl::StatusOr<Space> FindSpace(absl::string_view name) const override;
  std::unique_ptr<Snapshot> GetSnapshot() const override;
  void Commit(Transaction transaction) override;
  absl::Status Ingest(std::vector<Entry> entries) override;
  void SetSealer(Space space, std::shared_ptr<Sealer> sealer) override;
  void Drain() override;
  StoreStats Stats() const override;

 private:
  using Done = std::function<void(absl::Status)>;
  using IngestStep = std::function<absl::Status()>;

  // Accepted, waiting for its apply.
  struct Pending {
    Transaction transaction;
    size_t key_count = 0;
    IngestStep ingest;  // instead of an apply
    bool ready = false;
    // Groups up to here were durable when its keys were claimed for reading.
    uint64_t epoch = 0;
    absl::StatusOr<ReadAhead> read_ahead = ReadAhead();
  };

  struct Outcome {
    Done done;
    absl::Status status;
  };

  // Applied, not yet written.
  struct Group {
    Overlay open;                           // while it fills
    std::shared_ptr<const Overlay> closed;  // from hand-over on
    IngestStep ingest;
    uint64_t epoch = 0;
    uint64_t sequence = 0;
    bool sequence_moved = false;
    absl::Status sealed;  // why it must not be written
    std::vector<Outcome> outcomes;
    StoreStats counts;
  };

  Committer(std::shared_ptr<Engine> engine, const CommitterOptions& options,
            uint64_t sequence);

  void Enqueue(std::unique_ptr<Pending> pending);
  absl::Status Admit(const Pending& pending);  // under mu_

  void PrefetchLoop();
  bool WantsPrefetcher() const;   // under mu_
  std::vector<Pending*> Claim();  // under mu_

  // What the serial stage must know of the others, as of one moment.
  struct Standing {
    uint64_t durable_epoch;
    uint64_t oldest_epoch;  // no read-ahead still to be applied is older
    std::string failure;
  };

  void ApplyLoop();
  bool CanTake() const;      // under mu_
  bool CanHandOver() const;  // under mu_
  bool GroupIsFull() const;
  Standing StandingNow() const;                  // under mu_
  std::vector<std::unique_ptr<Pending>> Take();  // under mu_
  void ApplyOne(Pending& pending, const Standing& standing);
  absl::Status RunApply(Pending& pending, const Standing& standing);
  // Called with mu_ held, which it lets go of meanwhile.
  void Seal(std::unique_lock<std::mutex>& lock);
  void HandOver();  // under mu_

  void WriteLoop();
  absl::Status WriteGroup(const Group& group);
  void Record(const Group& group, const absl::Status& status);  // under mu_

  const std::shared_ptr<Engine> engine_;
  const CommitterOptions options_;

  mutable std::mutex mu_;
  std::condition_variable prefetch_cv_, apply_cv_, write_cv_, drain_cv_;
  // Everything from here to the threads is guarded by mu_, unless said.
  std::deque<std::unique_ptr<Pending>> queue_;
  size_t queued_keys_ = 0;
  int prefetching_ = 0;          // threads that will look at the queue again
  size_t claimed_ = 0;           // how many at the front are being, or are read
  std::unique_ptr<Group> slot_;  // handed over, not yet taken by the writer
  bool writing_ = false;
  uint64_t durable_epoch_ = 0;
  uint64_t accepted_ = 0;  // transactions, since opening
  uint64_t finished_ = 0;  // of these: `done` was called
  bool closing_ = false;
  bool applied_all_ = false;  // the apply thread has ended
  std::string failure_;  // why the store takes no more; empty while it does
  Space sealed_space_;
  std::shared_ptr<Sealer> sealer_;  // may be null
  StoreStats stats_;

  // Used by the apply thread alone; the group also by the writer once it was
  // handed over.
  std::unique_ptr<Group> group_ = std::make_unique<Group>();
  History history_;
  uint64_t epoch_ = 0;     // of the last group handed over
  uint64_t sequence_ = 0;  // the last number given
  uint64_t barrier_ = 0;   // a bulk load that must be durable before the next

  std::vector<std::thread> threads_;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_COMMITTER_H_
