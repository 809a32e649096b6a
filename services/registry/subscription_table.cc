#include "services/registry/subscription_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"

namespace dci::registry {

using state::Subscription;

bool LiveSubscription::joined() const {
  return !row.has_position() && row.state() != Subscription::PENDING &&
         row.state() != Subscription::REFUSED && !row.closed();
}

bool LiveSubscription::behind() const {
  return row.has_position() && row.state() != Subscription::SUSPENDED &&
         !row.closed();
}

bool LiveSubscription::Wants(EventSet events, uint64_t sequence,
                             int64_t time_us) const {
  return (criteria.events & events) != 0 && sequence > row.from() &&
         (!row.has_until() || sequence < row.until()) &&
         time_us >= row.start_us() &&
         (!row.has_end_us() || time_us < row.end_us());
}

absl::Status SubscriptionTable::Refresh(const storage::Snapshot& snapshot) {
  if (!loaded_) return LoadAll(snapshot);
  const auto cursor =
      snapshot.Scan({rows_->space(), rows_->WrittenKey(written_ + 1),
                     PrefixEnd(rows_->Prefix('L'))});
  for (; cursor->Valid(); cursor->Next()) {
    if (!rows_->ParseWritten(cursor->key(), &written_))
      return absl::InternalError("malformed key of the subscriptions");
    RETURN_IF_ERROR(Reload(snapshot, std::string(cursor->value())));
  }
  return cursor->status();
}

absl::Status SubscriptionTable::LoadAll(const storage::Snapshot& snapshot) {
  auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(rows_->space(), rows_->Prefix('S')));
  for (; cursor->Valid(); cursor->Next()) {
    Subscription row;
    const absl::string_view value = cursor->value();
    if (!row.ParseFromArray(value.data(), static_cast<int>(value.size())))
      return absl::InternalError("unreadable row of the subscriptions");
    Take(std::move(row));
  }
  RETURN_IF_ERROR(cursor->status());
  cursor = snapshot.Scan(storage::ScanOptions::Prefix(
      rows_->space(), rows_->Prefix('L'), /*reverse=*/true));
  RETURN_IF_ERROR(cursor->status());
  if (cursor->Valid() && !rows_->ParseWritten(cursor->key(), &written_))
    return absl::InternalError("malformed key of the subscriptions");
  loaded_ = true;
  return absl::OkStatus();
}

absl::Status SubscriptionTable::Reload(const storage::Snapshot& snapshot,
                                       const std::string& code) {
  ASSIGN_OR_RETURN(std::optional<Subscription> row,
                   rows_->Find(snapshot, code));
  if (row.has_value())
    Take(*std::move(row));
  else
    Drop(code);
  return absl::OkStatus();
}

void SubscriptionTable::Drop(const std::string& code) {
  ++version_;
  behind_.erase(code);
  ending_.erase(code);
  unreadable_.erase(code);
  index_.Remove(code);
  by_code_.erase(code);
}

void SubscriptionTable::Take(Subscription row) {
  const std::string code = row.code();
  Drop(code);
  // Refused ones end without ever having begun.
  if (row.closed() || row.state() == Subscription::REFUSED) return;
  v1::SubscribeCriteria sent;
  sent.ParseFromString(row.criteria());
  absl::StatusOr<CompiledCriteria> criteria = CompileCriteria(
      *registry_->catalog(), registry_->named(), *events_, sent);
  if (!criteria.ok()) {
    if (row.state() == Subscription::ACTIVE)
      unreadable_.emplace(code, std::string(criteria.status().message()));
    criteria = CompiledCriteria();
    criteria->events = 0;
  }
  LiveSubscription& live = by_code_[code];
  live.row = std::move(row);
  live.criteria = *std::move(criteria);
  index_.Put(code, live.criteria);
  if (live.behind()) behind_.emplace(code, &live);
  if (!IsLive(live.row)) ending_.emplace(code, &live);
}

const LiveSubscription* SubscriptionTable::Find(absl::string_view code) const {
  const auto found = by_code_.find(std::string(code));
  return found == by_code_.end() ? nullptr : &found->second;
}

std::vector<const LiveSubscription*> SubscriptionTable::Match(
    const ChangeView& view, EventSet events, uint64_t sequence, int64_t time_us,
    absl::string_view after) const {
  std::vector<const LiveSubscription*> matched;
  for (absl::string_view code :
       index_.Match(view.type_id, view.record(), after)) {
    const LiveSubscription* live = Find(code);
    if (live != nullptr && live->joined() &&
        live->Wants(events, sequence, time_us))
      matched.push_back(live);
  }
  return matched;
}

}  // namespace dci::registry
