// Messages that wait to leave, in the store.
//
// They stand in lanes: one lane's messages leave in order, one in flight. The
// head of a lane is due at a time, or parked: given up until somebody replays
// it, with all that stands behind it. Functions that take a CommitView are
// part of the caller's apply; no key of theirs needs to be declared.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_OUTBOX_H_
#define CONVERGENCE_SERVICES_EXCHANGE_OUTBOX_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/base/ids.h"
#include "services/exchange/layout.h"
#include "services/exchange/outgoing.h"
#include "services/exchange/stored.pb.h"
#include "services/storage/store.h"

namespace dci::exchange {

// A lane whose head is parked.
struct ParkedLane {
  std::string lane;
  std::string destination;
  std::string method;  // full name
  std::string message_id;
  std::string last_error;
  uint32_t attempts = 0;
  absl::Time since;
  uint64_t waiting = 0;  // messages in the lane, the head included
};

// What waits, by receiver.
struct OutboxCounts {
  std::string destination;
  uint64_t queued = 0;  // messages, the parked and those behind them included
  uint64_t parked_lanes = 0;
};

// The head of a lane that is due.
struct DueLane {
  std::string lane;
  stored::LaneRow row;
};

// Thread-safe: has no state but the store's.
class Outbox {
 public:
  // `ids` outlives this.
  Outbox(storage::Space space, IdSource* ids) : space_(space), ids_(ids) {}

  // The full name of a lane: those of two receivers must not meet, whatever
  // names a domain chooses.
  static std::string LaneOf(absl::string_view receiver_id,
                            absl::string_view lane);

  // Adds the keys that Enqueue reads, for commits that put many in.
  void AddKeys(absl::string_view receiver_id, absl::string_view lane,
               std::vector<storage::Key>* keys) const;

  // Puts a message in; due now unless others of its lane come before. A
  // missing message_id is made. INVALID_ARGUMENT without method or receiver.
  absl::Status Enqueue(storage::CommitView& view, const Outgoing& message,
                       absl::Time now) const;

  // Whether the message `number` is still the head of its lane.
  absl::StatusOr<bool> IsHead(const storage::View& view, absl::string_view lane,
                              uint64_t number) const;
  // What became of the message `number` of a lane, which was its head. Where
  // it is not any more, nothing is changed.
  absl::Status Delivered(storage::CommitView& view, absl::string_view lane,
                         uint64_t number, absl::Time now) const;
  absl::Status Retry(storage::CommitView& view, absl::string_view lane,
                     uint64_t number, absl::Time due,
                     absl::string_view error) const;
  absl::Status Park(storage::CommitView& view, absl::string_view lane,
                    uint64_t number, absl::string_view error) const;

  // Makes a parked lane due again, its head with all tries before it. False
  // where it is not parked.
  absl::StatusOr<bool> Replay(storage::CommitView& view, absl::string_view lane,
                              absl::Time due) const;
  // The message that leaves next; nothing where the lane is empty.
  absl::StatusOr<std::optional<stored::OutboxRow>> Head(
      const storage::View& view, absl::string_view lane) const;
  // message_id of the head of a parked lane; NOT_FOUND where it is not parked.
  absl::StatusOr<std::string> ParkedHead(const storage::View& view,
                                         absl::string_view lane) const;
  // Throws the head of a parked lane away and goes on with the next. False
  // where it is not parked.
  absl::StatusOr<bool> Discard(storage::CommitView& view,
                               absl::string_view lane, absl::Time now) const;

  // Receivers that have messages.
  absl::StatusOr<std::vector<OutboxCounts>> Counts(
      const storage::Snapshot& snapshot) const;
  // Calls `visit` for each lane of a destination that is due, longest first,
  // until it returns false.
  absl::Status VisitDue(const storage::Snapshot& snapshot,
                        absl::string_view destination, absl::Time now,
                        const std::function<bool(DueLane)>& visit) const;
  // The message; NOT_FOUND where it is gone.
  absl::StatusOr<stored::OutboxRow> Read(const storage::View& snapshot,
                                         absl::string_view lane,
                                         uint64_t number) const;
  // Parked lanes, longest first, of one destination or, with an empty one, of
  // all; at most `limit` after `cursor`, which is moved on, and empty at the
  // end.
  absl::StatusOr<std::vector<ParkedLane>> ListParked(
      const storage::Snapshot& snapshot, absl::string_view destination,
      size_t limit, std::string* cursor) const;

 private:
  absl::StatusOr<stored::LaneRow> ReadLane(const storage::View& view,
                                           absl::string_view lane) const;
  absl::StatusOr<std::optional<stored::LaneRow>> ReadHead(
      const storage::View& view, absl::string_view lane, uint64_t number) const;
  absl::Status Count(storage::CommitView& view, absl::string_view destination,
                     int queued, int parked) const;
  absl::Status Advance(storage::CommitView& view, absl::string_view lane,
                       stored::LaneRow row, absl::Time now) const;
  void Schedule(storage::CommitView& view, absl::string_view lane,
                stored::LaneRow* row, absl::Time due) const;
  void Unschedule(storage::CommitView& view, absl::string_view lane,
                  const stored::LaneRow& row) const;

  const storage::Space space_;
  IdSource* const ids_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_OUTBOX_H_
