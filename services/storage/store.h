// The store: ordered key spaces, snapshots to read, one committer to write.
//
//   ASSIGN_OR_RETURN(Space records, store->FindSpace("records"));
//   store->Commit({.keys = {{records, id}},
//                  .apply = [=](CommitView& view) -> absl::Status {
//                    ASSIGN_OR_RETURN(auto old, view.Get(records, id));
//                    if (old.has_value()) return absl::AlreadyExistsError(id);
//                    view.Put(records, id, bytes);
//                    return absl::OkStatus();
//                  },
//                  .done = [](absl::Status status) { ... }});
//
// Engines: memory/ and rocksdb/. The contract of this header is what
// store_contract.h tests, and every engine passes it.
#ifndef CONVERGENCE_SERVICES_STORAGE_STORE_H_
#define CONVERGENCE_SERVICES_STORAGE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace dci::storage {

// The longest key that may be written. PostgreSQL refuses index entries
// beyond about a third of an 8 KiB page; keys must fit every engine.
inline constexpr size_t kMaxKeyBytes = 2048;
// The longest value that may be written.
inline constexpr size_t kMaxValueBytes = 64u << 20;
// EstimateRange is exact up to this many entries.
inline constexpr uint64_t kExactEstimate = 100;

// Handle of a named key space; from Store::FindSpace, of that store only.
struct Space {
  uint8_t id = 0;
  friend bool operator==(Space a, Space b) { return a.id == b.id; }
};

struct Key {
  Space space;
  std::string key;
};

struct Entry {
  Space space;
  std::string key;
  std::string value;
};

// Reads of single keys, from a snapshot or within an apply. An absent key is
// not an error. Errors: INTERNAL (engine fault, unknown space).
class View {
 public:
  // Receives the value of keys[index]; the view lives during the call only.
  // It must not write to what it reads from.
  using Visitor = absl::FunctionRef<void(
      size_t index, std::optional<absl::string_view> value)>;

  virtual ~View() = default;

  // Calls `visit` once for each key, in any order, without copying values.
  // After an error some keys may not have been visited.
  virtual absl::Status Visit(Space space,
                             absl::Span<const absl::string_view> keys,
                             Visitor visit) const = 0;

  absl::StatusOr<std::optional<std::string>> Get(Space space,
                                                 absl::string_view key) const;
  // Values in the order of `keys`; a key given twice is answered twice.
  absl::StatusOr<std::vector<std::optional<std::string>>> MultiGet(
      Space space, absl::Span<const absl::string_view> keys) const;
};

// The keys k of a space with begin <= k < end, compared as unsigned bytes; an
// empty `end` means no upper bound.
struct ScanOptions {
  Space space;
  std::string begin;
  std::string end;
  bool reverse = false;  // from the greatest key down

  // All keys that start with `prefix`.
  static ScanOptions Prefix(Space space, absl::string_view prefix,
                            bool reverse = false);
};

// A position in a scan. It shows the snapshot it was made from, whatever is
// written later, and keeps that snapshot alive. One thread at a time.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // False at the end of the range and after an error; see status().
  virtual bool Valid() const = 0;
  // While Valid(); the views live until the cursor moves.
  virtual absl::string_view key() const = 0;
  virtual absl::string_view value() const = 0;
  // One step in the direction of the scan; only while Valid().
  virtual void Next() = 0;
  // Goes to `target`, or else the nearest key beyond it in the direction of
  // the scan; from anywhere, also back and after the end. Outside the range: a
  // target ahead of it gives its first entry, one behind it the end.
  virtual void Seek(absl::string_view target) = 0;
  // OK at the normal end of a range.
  virtual absl::Status status() const = 0;
};

// A consistent state of the store: the effects of a prefix of all applies, all
// of them durable. Thread-safe. May outlive its store, but an engine's files
// stay locked until its last snapshot and cursor are gone.
class Snapshot : public View {
 public:
  // The cursor stands on the first entry of the range. Never null.
  virtual std::unique_ptr<Cursor> Scan(const ScanOptions& options) const = 0;
  // How many keys begin <= k < end holds: exact up to kExactEstimate, beyond
  // it at least that and otherwise a guess, for planning only. It may count
  // what was written or deleted after the snapshot.
  virtual absl::StatusOr<uint64_t> EstimateRange(
      Space space, absl::string_view begin, absl::string_view end) const = 0;
};

// What an apply sees and writes. Reads show the state left by all applies
// before it and its own writes. A key that the transaction did not declare is
// answered as truly, but read in the serial stage, where everybody waits.
// Lives, and is used by one thread, during the apply only. There is no scan:
// what an apply decides on must be known by key.
class CommitView : public View {
 public:
  virtual void Put(Space space, absl::string_view key,
                   absl::string_view value) = 0;
  virtual void Delete(Space space, absl::string_view key) = 0;
  // Deletes begin <= k < end, which may be nothing; an empty `end` means no
  // upper bound.
  virtual void DeleteRange(Space space, absl::string_view begin,
                           absl::string_view end) = 0;
  // The next number of the store's one sequence, from 1: in the order of the
  // applies, without gaps, never given twice even after a restart. Numbers
  // taken by a failing apply are taken back. A snapshot that shows the effect
  // of number n shows the effects of all numbers below n.
  virtual uint64_t NextSequence() = 0;
};

// One atomic change.
struct Transaction {
  // Read ahead, outside the serial stage, all at once. In any order,
  // duplicates allowed.
  std::vector<Key> keys;
  // Called at most once, in the serial stage: it must be pure and quick, and
  // must not call the store. If it fails, nothing of it is written. Required.
  std::function<absl::Status(CommitView&)> apply;
  // Called exactly once, on a thread of the store, or before Commit returns
  // when the transaction is refused there. It must not block; it may call
  // Commit and GetSnapshot, and must not call Drain, Ingest or the
  // destructor. May be empty.
  std::function<void(absl::Status)> done;
};

// Adds to each group of merged commits what follows from all of its rows in
// one space: the link of a hash chain over them. Written and durable with the
// group, so before any `done` of it.
class Sealer {
 public:
  struct Row {
    absl::string_view key;
    absl::string_view value;
  };

  virtual ~Sealer() = default;
  // Called in the serial stage, after the applies of a group that puts rows
  // into the space; never for one that puts none. `rows` are those put, in the
  // order of their keys, and live during the call. Pure and quick, as an
  // apply; it may keep what it wrote last, since a store whose write failed
  // takes no more. Its failure fails the group's write.
  virtual absl::Status Seal(absl::Span<const Row> rows, CommitView& view) = 0;
};

// Counters since opening, for metrics.
struct StoreStats {
  uint64_t commits = 0;           // applied and durable
  uint64_t rejected = 0;          // their apply failed
  uint64_t refused = 0;           // queue full, closed or failed
  uint64_t groups = 0;            // engine writes
  uint64_t keys_written = 0;      // after merging within a group
  uint64_t bytes_written = 0;     // keys and values
  uint64_t stale_reads = 0;       // keys changed since they were read ahead
  uint64_t undeclared_reads = 0;  // keys read in the serial stage
  uint64_t queued = 0;            // now waiting for their apply
  bool failed = false;
};

// Thread-safe.
class Store {
 public:
  // Completes what was accepted, calls every `done`, closes the engine.
  virtual ~Store() = default;

  // NOT_FOUND where the store was not opened with this space.
  virtual absl::StatusOr<Space> FindSpace(absl::string_view name) const = 0;

  // The state after all transactions whose `done` was called with OK.
  virtual std::unique_ptr<Snapshot> GetSnapshot() const = 0;

  // Hands over a transaction; never blocks. Applies run one at a time, in the
  // order of the calls of Commit. Waiting transactions are merged into one
  // synced engine write, and `done` is called after it, in the same order,
  // with
  // - OK: durable and visible to new snapshots, never before;
  // - the apply's own status, once everything it may have seen is durable;
  // - INVALID_ARGUMENT: a key or value beyond its bound; nothing is written;
  // - INTERNAL: an unknown space, or reading failed;
  // - RESOURCE_EXHAUSTED: the queue is full; not applied, may be tried again;
  // - UNAVAILABLE: the store is closing, or has failed. After a failed write
  //   it is unknown whether the transactions of that write survive; the store
  //   then takes no more until it is opened anew. Reading goes on.
  virtual void Commit(Transaction transaction) = 0;

  // Loads many entries at once past the group commit: all or nothing, durable
  // on return, ordered among the applies like one transaction. Entries come
  // in any order; of equal keys the last counts. Blocks on file I/O, for
  // bulk loading only; a call should carry 1 to 64 MiB. Errors as Commit.
  virtual absl::Status Ingest(std::vector<Entry> entries) = 0;

  // Has every group that writes to `space` sealed, from the next one on; a
  // store has one sealer. What is ingested is not sealed.
  virtual void SetSealer(Space space, std::shared_ptr<Sealer> sealer) = 0;

  // Waits until `done` of every transaction given before has been called.
  virtual void Drain() = 0;

  virtual StoreStats Stats() const = 0;
};

// Commits and waits for `done`; for start-up, passes and tests, never for a
// thread that serves requests.
absl::Status CommitAndWait(Store& store, std::vector<Key> keys,
                           std::function<absl::Status(CommitView&)> apply);

// How the committer in front of every engine behaves.
struct CommitterOptions {
  // Transactions accepted and not yet applied, and the keys that they declare:
  // at either bound more are refused.
  size_t max_queued = 65536;
  size_t max_queued_keys = 1u << 20;
  // A group takes no more at either bound, whichever comes first; in bytes it
  // may pass it by a few transactions.
  size_t max_group_commits = 8192;
  size_t max_group_bytes = 8u << 20;
  // Threads that read declared keys ahead. 0 reads them in the serial stage,
  // which is best where reading never waits.
  int prefetch_threads = 2;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_STORE_H_
