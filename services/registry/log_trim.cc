#include "services/registry/log_trim.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/change_log.h"

namespace dci::registry {
namespace {

using state::Subscription;

constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();
// Changes that one pass deletes.
constexpr int kMaxDeleted = 10000;

// Calls `use` with each row.
absl::Status VisitRows(
    const SubscriptionRows& rows, const storage::Snapshot& snapshot,
    absl::FunctionRef<absl::Status(const Subscription&)> use) {
  const auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(rows.space(), rows.Prefix('S')));
  for (; cursor->Valid(); cursor->Next()) {
    Subscription row;
    const absl::string_view value = cursor->value();
    if (!row.ParseFromArray(value.data(), static_cast<int>(value.size())))
      return absl::InternalError("unreadable row of the subscriptions");
    RETURN_IF_ERROR(use(row));
  }
  return cursor->status();
}

}  // namespace

absl::Duration LogTrimmer::Retention() const {
  absl::Duration longest;
  for (const Subscriptions* one : all_) {
    const int days = one->parts().config.log_days();
    if (days <= 0) return absl::InfiniteDuration();
    longest = std::max(longest, absl::Hours(24) * days);
  }
  return longest;
}

absl::Status LogTrimmer::EndForgotten(const Subscriptions& one,
                                      absl::Time before) {
  std::vector<Subscription> forgotten;
  storage::Store& store = one.registry().store();
  RETURN_IF_ERROR(
      VisitRows(one.rows(), *store.GetSnapshot(), [&](const Subscription& row) {
        if (row.state() == Subscription::SUSPENDED &&
            absl::FromUnixMicros(row.suspended_us()) < before)
          forgotten.push_back(row);
        return absl::OkStatus();
      }));
  for (const Subscription& old : forgotten)
    RETURN_IF_ERROR(storage::CommitAndWait(
        store, {{one.rows().space(), one.rows().Key(old.code())}},
        [&](storage::CommitView& view) -> absl::Status {
          ASSIGN_OR_RETURN(const std::optional<Subscription> held,
                           one.rows().Find(view, old.code()));
          if (!held.has_value() || held->state() != Subscription::SUSPENDED)
            return absl::OkStatus();
          Subscription row = *held;
          row.set_state(Subscription::EXPIRED);
          row.set_closed(true);
          row.set_note("suspended for longer than the change log is kept");
          return one.rows().Put(view, &*held, row);
        }));
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> LogTrimmer::FirstOwedTo(
    const Subscriptions& one, const Subscription& row,
    const storage::Snapshot& snapshot) const {
  uint64_t first = kNone;
  if (row.has_position() && !row.closed()) first = row.position() + 1;
  // What waits to leave, also for one that has ended.
  ASSIGN_OR_RETURN(
      const auto head,
      one.parts().outbox->Head(
          snapshot, exchange::Outbox::LaneOf(row.sender_id(), row.code())));
  state::Notification notification;
  if (head.has_value() && notification.ParseFromString(head->body()) &&
      notification.sequences_size() > 0)
    first = std::min<uint64_t>(first, notification.sequences(0));
  const auto collected = snapshot.Scan(storage::ScanOptions::Prefix(
      one.rows().space(), one.rows().CollectedPrefix(row.code())));
  RETURN_IF_ERROR(collected->status());
  uint64_t sequence = 0;
  if (collected->Valid() &&
      one.rows().ParseCollected(collected->key(), &sequence))
    first = std::min(first, sequence);
  return first;
}

absl::StatusOr<uint64_t> LogTrimmer::FirstOwed(
    const Subscriptions& one, const storage::Snapshot& snapshot) const {
  uint64_t first = kNone;
  bool joined = false;
  RETURN_IF_ERROR(VisitRows(
      one.rows(), snapshot, [&](const Subscription& row) -> absl::Status {
        joined |= !row.closed();
        ASSIGN_OR_RETURN(const uint64_t own, FirstOwedTo(one, row, snapshot));
        first = std::min(first, own);
        return absl::OkStatus();
      }));
  if (!joined) return first;
  // The row may be behind by changes that concern nobody; they are looked at
  // again after a restart.
  ASSIGN_OR_RETURN(const state::FanOut place, one.rows().ReadFanOut(snapshot));
  return std::min<uint64_t>(
      first,
      std::max<uint64_t>(place.sequence(), one.fan_out().position()) + 1);
}

absl::StatusOr<bool> LogTrimmer::ExecutePass(absl::Time now) {
  const absl::Duration retention = Retention();
  if (all_.empty() || retention == absl::InfiniteDuration()) return false;
  const absl::Time before = now - retention;
  for (const Subscriptions* one : all_)
    RETURN_IF_ERROR(EndForgotten(*one, before));
  const Spaces& spaces = all_.front()->registry().spaces();
  storage::Store& store = all_.front()->registry().store();
  const auto snapshot = store.GetSnapshot();
  uint64_t bound = kNone;
  for (const Subscriptions* one : all_) {
    ASSIGN_OR_RETURN(const uint64_t owed, FirstOwed(*one, *snapshot));
    bound = std::min(bound, owed);
  }
  const auto cursor = snapshot->Scan({spaces.changes, "", ""});
  uint64_t last = 0;
  int deleted = 0;
  for (; cursor->Valid() && deleted < kMaxDeleted; cursor->Next()) {
    absl::string_view key = cursor->key();
    uint64_t sequence = 0;
    state::Change change;
    if (!ConsumeOrderedU64(&key, &sequence) ||
        !change.ParseFromString(std::string(cursor->value())))
      return absl::InternalError("unreadable row in the change log");
    if (sequence >= bound || absl::FromUnixMicros(change.time_us()) >= before)
      break;
    last = sequence;
    ++deleted;
  }
  RETURN_IF_ERROR(cursor->status());
  if (deleted == 0) return false;
  RETURN_IF_ERROR(storage::CommitAndWait(
      store, {}, [&](storage::CommitView& view) -> absl::Status {
        view.DeleteRange(spaces.changes, "", ChangeKey(last + 1));
        for (const Subscriptions* one : all_) {
          ASSIGN_OR_RETURN(state::LogStart start,
                           one->rows().ReadLogStart(view));
          start.set_trimmed(std::max<uint64_t>(start.trimmed(), last));
          one->rows().PutLogStart(view, start);
        }
        return absl::OkStatus();
      }));
  return deleted == kMaxDeleted;
}

}  // namespace dci::registry
