#include "services/exchange/sweeper.h"

#include <optional>

#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored.pb.h"
#include "services/exchange/stored_rows.h"

namespace dci::exchange {
namespace {

using stored::TransactionRow;

constexpr size_t kMaxMessages = 100;

}  // namespace

absl::StatusOr<int> Sweeper::ExecutePass(absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<Old> all,
                   Find(*store_->GetSnapshot(), now));
  if (all.empty()) return 0;
  int forgotten = 0;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store_, {}, [&](storage::CommitView& view) -> absl::Status {
        for (const Old& old : all) {
          ASSIGN_OR_RETURN(const bool done, Forget(view, old));
          forgotten += done;
        }
        return absl::OkStatus();
      }));
  return forgotten;
}

absl::StatusOr<std::vector<Sweeper::Old>> Sweeper::Find(
    const storage::Snapshot& snapshot, absl::Time now) const {
  std::vector<Old> all;
  const int64_t before = absl::ToUnixMicros(now - retention_);
  auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(spaces_.transactions, ExpiryPrefix()));
  for (; cursor->Valid() && all.size() < kMaxMessages; cursor->Next()) {
    Old old;
    int64_t received = 0;
    if (!ParseExpiryKey(cursor->key(), &received, &old.correlation_id)) {
      return absl::InternalError("malformed key of an expiry");
    }
    if (received >= before) break;
    old.expiry_key = std::string(cursor->key());
    RETURN_IF_ERROR(AddItems(snapshot, &old));
    all.push_back(std::move(old));
  }
  RETURN_IF_ERROR(cursor->status());
  return all;
}

absl::Status Sweeper::AddItems(const storage::Snapshot& snapshot,
                               Old* old) const {
  ASSIGN_OR_RETURN(const auto row, ReadRow<TransactionRow>(
                                       snapshot, spaces_.transactions,
                                       TransactionKey(old->correlation_id)));
  const MethodPlan* plan = handlers_->Find(row.method());
  if (plan == nullptr) return absl::OkStatus();
  auto cursor = snapshot.Scan(storage::ScanOptions::Prefix(
      spaces_.transactions, OutcomesPrefix(old->correlation_id)));
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(const auto outcomes,
                     ParseRow<stored::OutcomesRow>(cursor->value()));
    for (const stored::Outcome& outcome : outcomes.outcomes()) {
      if (outcome.reference_id().empty()) continue;
      old->item_keys.push_back(ItemKey(row.sender_id(), plan->operation,
                                       row.transaction_id(),
                                       outcome.reference_id()));
    }
  }
  return cursor->status();
}

absl::StatusOr<bool> Sweeper::Forget(storage::CommitView& view,
                                     const Old& old) const {
  const storage::Space space = spaces_.transactions;
  const std::string& id = old.correlation_id;
  ASSIGN_OR_RETURN(const auto row,
                   ReadRow<TransactionRow>(view, space, TransactionKey(id)));
  if (row.state() == TransactionRow::ACCEPTED && !row.method().empty()) {
    return false;
  }
  for (const std::string& key : old.item_keys) {
    ASSIGN_OR_RETURN(const auto item,
                     ReadRow<stored::ItemRow>(view, spaces_.items, key));
    // A later message may have taken the item over.
    if (item.correlation_id() == id) view.Delete(spaces_.items, key);
  }
  if (!row.message_key().empty()) {
    view.Delete(spaces_.messages, row.message_key());
  }
  view.Delete(space, ByTransactionKey(row.sender_id(), row.transaction_id(),
                                      row.sequence()));
  view.DeleteRange(space, OutcomesPrefix(id), PrefixEnd(OutcomesPrefix(id)));
  view.Delete(space, TransactionKey(id));
  view.Delete(space, old.expiry_key);
  return true;
}

}  // namespace dci::exchange
