// The operator's part of Reactions.
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/registry/reaction_keys.h"
#include "services/registry/reactions.h"

namespace dci::registry {

using state::Reaction;

absl::StatusOr<std::vector<Reactions::Unmatched>> Reactions::List(
    size_t limit, std::string* cursor) const {
  const auto snapshot = store_->GetSnapshot();
  const auto at = snapshot->Scan(
      storage::ScanOptions::Prefix(space_, std::string(1, kDueTag)));
  if (!cursor->empty()) {
    at->Seek(*cursor);
    if (at->Valid() && at->key() == *cursor) at->Next();
  }
  std::vector<Unmatched> found;
  for (; at->Valid() && found.size() < limit; at->Next()) {
    const std::string id(IdInDueKey(at->key()));
    ASSIGN_OR_RETURN(Reaction row, exchange::ReadRow<Reaction>(
                                       *snapshot, space_, StateKey(id)));
    *cursor = std::string(at->key());
    // Corrections that wait for their event are nobody's concern.
    if (row.problem().empty()) continue;
    const Held* held = Find(row);
    found.push_back({absl::BytesToHexString(id), std::move(row),
                     held == nullptr ? nullptr : held->rule->notified});
  }
  RETURN_IF_ERROR(at->status());
  if (!at->Valid()) cursor->clear();
  return found;
}

absl::StatusOr<int> Reactions::Retry(absl::string_view id, absl::Time now) {
  std::vector<std::string> ids;
  if (!id.empty()) {
    ids.push_back(absl::HexStringToBytes(id));
  } else {
    std::string cursor;
    do {
      ASSIGN_OR_RETURN(const auto page, List(1000, &cursor));
      for (const Unmatched& one : page)
        ids.push_back(absl::HexStringToBytes(one.id));
    } while (!cursor.empty());
  }
  int due = 0;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store_, {}, [&](storage::CommitView& view) -> absl::Status {
        for (const std::string& one : ids) {
          ASSIGN_OR_RETURN(Reaction row, exchange::ReadRow<Reaction>(
                                             view, space_, StateKey(one)));
          if (row.problem().empty()) continue;
          view.Delete(space_, DueKey(row.due_us(), one));
          row.set_due_us(absl::ToUnixMicros(now));
          view.Put(space_, DueKey(row.due_us(), one), "");
          view.Put(space_, StateKey(one), row.SerializeAsString());
          ++due;
        }
        return absl::OkStatus();
      }));
  if (due == 0 && !id.empty())
    return absl::NotFoundError("no such reaction is unmatched");
  return due;
}

absl::Status Reactions::Discard(absl::string_view id) {
  const std::string bytes = absl::HexStringToBytes(id);
  return storage::CommitAndWait(
      *store_, {{space_, StateKey(bytes)}},
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(Reaction row, exchange::ReadRow<Reaction>(
                                           view, space_, StateKey(bytes)));
        if (row.due_us() == 0)
          return absl::NotFoundError("no such reaction is unmatched");
        view.Delete(space_, DueKey(row.due_us(), bytes));
        if (!row.followed().decided()) {
          view.Delete(space_, StateKey(bytes));
          return absl::OkStatus();
        }
        // What is known of the record stays: an older state that comes late
        // must not begin it anew.
        row.clear_problem();
        row.set_due_us(0);
        view.Put(space_, StateKey(bytes), row.SerializeAsString());
        return absl::OkStatus();
      });
}

}  // namespace dci::registry
