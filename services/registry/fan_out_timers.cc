// What time brings about: FanOut of fan_out.h.
#include <algorithm>
#include <utility>

#include "services/base/status_macros.h"
#include "services/registry/fan_out.h"
#include "services/registry/subscription_permit.h"

namespace dci::registry {
namespace {

using state::Subscription;

// Subscriptions whose time has come, or that are at their end, for one step.
constexpr size_t kMaxTimers = 100;
// Messages of one schedule for one commit.
constexpr size_t kMaxScheduled = 20;

bool IsDue(const Subscription& row, absl::Time now) {
  return row.has_end_us() && absl::FromUnixMicros(row.end_us()) <= now;
}

// It gets what was collected for it.
bool MaySend(const Subscription& row) {
  return row.state() != Subscription::SUSPENDED &&
         row.state() != Subscription::PENDING && !row.closed();
}

// A message of a schedule.
struct Sent {
  std::vector<uint64_t> sequences;
  std::string message_id;
  std::vector<DisclosureLog::Write> write_down;
};

}  // namespace

absl::Status FanOut::RunTimers(const storage::Snapshot& snapshot,
                               absl::Time now, FanOutStats* stats) {
  const auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(rows_->space(), rows_->Prefix('T')));
  std::vector<std::string> due;
  for (; cursor->Valid() && due.size() < kMaxTimers; cursor->Next()) {
    int64_t time_us = 0;
    std::string code;
    if (!rows_->ParseTimer(cursor->key(), &time_us, &code))
      return absl::InternalError("malformed key of the subscriptions");
    if (absl::FromUnixMicros(time_us) > now) break;
    due.push_back(std::move(code));
  }
  RETURN_IF_ERROR(cursor->status());
  stats->more |= due.size() == kMaxTimers;
  for (const std::string& code : due) {
    const LiveSubscription* live = table_.Find(code);
    if (live == nullptr) continue;
    if (IsDue(live->row, now)) {
      RETURN_IF_ERROR(Expire(code, now));
      stats->more = true;
      continue;
    }
    ASSIGN_OR_RETURN(const bool all, SendCollected(snapshot, code, now, stats));
    stats->more |= !all;
  }
  return absl::OkStatus();
}

absl::Status FanOut::Expire(const std::string& code, absl::Time now) {
  return ChangeRow(code, {},
                   [&](storage::CommitView& view,
                       Subscription* row) -> absl::StatusOr<bool> {
                     if (!IsLive(*row) || !IsDue(*row, now)) return false;
                     if (row->state() == Subscription::PENDING) {
                       row->set_closed(true);
                       row->set_note("not approved before its end");
                       RETURN_IF_ERROR(CompleteRefused(options_.complete, *row,
                                                       row->note(), now, view));
                     }
                     row->set_state(Subscription::EXPIRED);
                     row->set_until(view.NextSequence());
                     return true;
                   });
}

absl::StatusOr<std::vector<DisclosureLog::Write>> FanOut::WriteDownCollected(
    const Subscription& row, const std::vector<uint64_t>& sequences,
    const std::string& message_id, absl::Time now,
    const storage::Snapshot& snapshot) const {
  std::vector<DisclosureLog::Write> writes;
  const std::optional<Permit> permit = PermitOf(*registry_, row, now);
  if (!permit.has_value()) return writes;
  for (const uint64_t sequence : sequences) {
    ASSIGN_OR_RETURN(const std::optional<state::Change> change,
                     ReadChange(snapshot, registry_->spaces(), sequence));
    if (!change.has_value())
      return absl::InternalError("a change is missing in the log");
    ASSIGN_OR_RETURN(DisclosureLog::Write write,
                     WriteDownChange(*registry_,
                                     {row.sender_id(), notify_->full_name,
                                      message_id, *permit},
                                     *change, sequence, now, snapshot));
    if (write) writes.push_back(std::move(write));
  }
  return writes;
}

absl::StatusOr<bool> FanOut::SendCollected(const storage::Snapshot& snapshot,
                                           const std::string& code,
                                           absl::Time now, FanOutStats* stats) {
  const LiveSubscription* live = table_.Find(code);
  if (live == nullptr || !live->scheduled() || !MaySend(live->row)) return true;
  const size_t most = options_.max_events_per_message * kMaxScheduled;
  std::vector<uint64_t> sequences;
  const auto cursor = snapshot.Scan(storage::ScanOptions::Prefix(
      rows_->space(), rows_->CollectedPrefix(code)));
  for (; cursor->Valid() && sequences.size() < most; cursor->Next()) {
    sequences.push_back(0);
    if (!rows_->ParseCollected(cursor->key(), &sequences.back()))
      return absl::InternalError("malformed key of the subscriptions");
  }
  RETURN_IF_ERROR(cursor->status());
  const bool all = !cursor->Valid();
  std::vector<Sent> messages;
  for (size_t i = 0; i < sequences.size();
       i += options_.max_events_per_message) {
    Sent& sent = messages.emplace_back();
    const size_t end =
        std::min(i + options_.max_events_per_message, sequences.size());
    sent.sequences.assign(sequences.begin() + static_cast<long>(i),
                          sequences.begin() + static_cast<long>(end));
    if (registry_->read_rules().log == nullptr) continue;
    sent.message_id = options_.ids->NewId();
    ASSIGN_OR_RETURN(sent.write_down,
                     WriteDownCollected(live->row, sent.sequences,
                                        sent.message_id, now, snapshot));
  }
  bool sent_all = false;
  RETURN_IF_ERROR(ChangeRow(
      code, {},
      [&](storage::CommitView& view,
          Subscription* row) -> absl::StatusOr<bool> {
        if (!MaySend(*row)) return false;
        for (const Sent& sent : messages) {
          for (const DisclosureLog::Write& write : sent.write_down)
            RETURN_IF_ERROR(write(view));
          RETURN_IF_ERROR(
              Enqueue(view, *row, sent.sequences, sent.message_id, now));
          for (const uint64_t sequence : sent.sequences)
            view.Delete(rows_->space(), rows_->CollectedKey(code, sequence));
        }
        sent_all = true;
        if (!all) return false;
        const std::optional<absl::Time> next =
            live->criteria.schedule->Next(now, options_.zone);
        row->clear_next_send_us();
        if (next.has_value()) row->set_next_send_us(absl::ToUnixMicros(*next));
        return true;
      }));
  if (sent_all) stats->notifications += messages.size();
  return all;
}

absl::Status FanOut::CloseEnded(const storage::Snapshot& snapshot,
                                absl::Time now, bool caught_up,
                                FanOutStats* stats) {
  size_t closed = 0;
  for (const auto& [code, live] : table_.ending()) {
    if (!live->joined()) continue;
    if (!caught_up && cursor_.sequence() < live->row.until()) continue;
    if (++closed > kMaxTimers) {
      stats->more = true;
      break;
    }
    // What this very step has collected is in the next one's snapshot.
    const bool fresh = live->scheduled() && stats->collected > 0;
    bool all = !fresh;
    if (!fresh && live->scheduled()) {
      ASSIGN_OR_RETURN(all, SendCollected(snapshot, code, now, stats));
    }
    stats->more |= !all;
    if (!all) continue;
    RETURN_IF_ERROR(ChangeRow(
        code, {},
        [](storage::CommitView&, Subscription* row) -> absl::StatusOr<bool> {
          row->set_closed(true);
          return true;
        }));
  }
  return absl::OkStatus();
}

}  // namespace dci::registry
