#include "services/registry/subscription_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

template <typename Row>
absl::StatusOr<std::optional<Row>> ReadRow(const storage::View& view,
                                           storage::Space space,
                                           absl::string_view key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                   view.Get(space, key));
  if (!bytes.has_value()) return std::nullopt;
  Row row;
  if (!row.ParseFromString(*bytes))
    return absl::InternalError("unreadable row of the subscriptions");
  return row;
}

}  // namespace

bool IsLive(const state::Subscription& row) {
  return row.state() == state::Subscription::PENDING ||
         row.state() == state::Subscription::ACTIVE ||
         row.state() == state::Subscription::SUSPENDED;
}

absl::Status CompleteRefused(const Completer& complete,
                             const state::Subscription& row,
                             absl::string_view why, absl::Time now,
                             storage::CommitView& view) {
  if (!complete) return absl::OkStatus();
  exchange::Completion completion;
  completion.handle = row.made_by();
  completion.outcome.status = common::v1::REQUEST_STATUS_RJCT;
  completion.outcome.reason_code = schema::ReasonText(
      common::v1::REASON_NOTIFY_DETAILS_INVALID, schema::Place::kItem);
  completion.outcome.reason_message = std::string(why);
  return complete(view, {completion}, now);
}

uint64_t ToldUpTo(const state::FanOut& place, const state::Subscription& row) {
  const bool within = place.within() != 0 && row.code() <= place.after_code();
  return std::max<uint64_t>(within ? place.within() : place.sequence(),
                            row.from());
}

std::string SubscriptionRows::Prefix(char tag) const {
  std::string key;
  AppendOrderedText(&key, service_);
  key.push_back(tag);
  return key;
}

std::string SubscriptionRows::Key(absl::string_view code) const {
  return absl::StrCat(Prefix('S'), code);
}

std::string SubscriptionRows::EqualKey(absl::string_view sender,
                                       absl::string_view digest) const {
  std::string key = Prefix('E');
  AppendOrderedText(&key, sender);
  absl::StrAppend(&key, digest);
  return key;
}

std::string SubscriptionRows::CountKey(absl::string_view sender) const {
  return absl::StrCat(Prefix('C'), sender);
}

std::string SubscriptionRows::TimerKey(int64_t time_us,
                                       absl::string_view code) const {
  std::string key = Prefix('T');
  AppendOrderedU64(&key, static_cast<uint64_t>(std::max<int64_t>(time_us, 0)));
  absl::StrAppend(&key, code);
  return key;
}

bool SubscriptionRows::ParseTimer(absl::string_view key, int64_t* time_us,
                                  std::string* code) const {
  uint64_t time = 0;
  key.remove_prefix(std::min(key.size(), Prefix('T').size()));
  if (!ConsumeOrderedU64(&key, &time)) return false;
  *time_us = static_cast<int64_t>(time);
  *code = std::string(key);
  return true;
}

std::string SubscriptionRows::CollectedPrefix(absl::string_view code) const {
  std::string key = Prefix('B');
  AppendOrderedText(&key, code);
  return key;
}

std::string SubscriptionRows::CollectedKey(absl::string_view code,
                                           uint64_t sequence) const {
  std::string key = CollectedPrefix(code);
  AppendOrderedU64(&key, sequence);
  return key;
}

bool SubscriptionRows::ParseCollected(absl::string_view key,
                                      uint64_t* sequence) const {
  if (key.size() < sizeof(uint64_t)) return false;
  key.remove_prefix(key.size() - sizeof(uint64_t));
  return ConsumeOrderedU64(&key, sequence);
}

std::string SubscriptionRows::WrittenKey(uint64_t sequence) const {
  std::string key = Prefix('L');
  AppendOrderedU64(&key, sequence);
  return key;
}

bool SubscriptionRows::ParseWritten(absl::string_view key,
                                    uint64_t* sequence) const {
  return ParseCollected(key, sequence);
}

std::string SubscriptionRows::FanOutKey() const { return Prefix('F'); }
std::string SubscriptionRows::VersionKey() const { return Prefix('V'); }
std::string SubscriptionRows::LogStartKey() const { return Prefix('G'); }

absl::StatusOr<std::optional<state::Subscription>> SubscriptionRows::Find(
    const storage::View& view, absl::string_view code) const {
  // No code is so long; a key may not be.
  if (code.empty() || code.size() > 99) return std::nullopt;
  return ReadRow<state::Subscription>(view, space_, Key(code));
}

absl::StatusOr<std::optional<state::Subscription>> SubscriptionRows::FindEqual(
    const storage::View& view, absl::string_view sender,
    absl::string_view digest) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> code,
                   view.Get(space_, EqualKey(sender, digest)));
  if (!code.has_value()) return std::nullopt;
  return Find(view, *code);
}

absl::StatusOr<int> SubscriptionRows::CountLive(
    const storage::View& view, absl::string_view sender) const {
  ASSIGN_OR_RETURN(const std::optional<state::SenderCount> count,
                   ReadRow<state::SenderCount>(view, space_, CountKey(sender)));
  return count.has_value() ? count->live() : 0;
}

absl::Status SubscriptionRows::CountUp(storage::CommitView& view,
                                       absl::string_view sender, int by) const {
  ASSIGN_OR_RETURN(const int live, CountLive(view, sender));
  state::SenderCount count;
  count.set_live(live + by);
  if (count.live() <= 0)
    view.Delete(space_, CountKey(sender));
  else
    view.Put(space_, CountKey(sender), count.SerializeAsString());
  return absl::OkStatus();
}

std::vector<std::string> SubscriptionRows::Timers(
    const state::Subscription& row) const {
  std::vector<std::string> keys;
  if (IsLive(row) && row.has_end_us())
    keys.push_back(TimerKey(row.end_us(), row.code()));
  if (row.state() == state::Subscription::ACTIVE && row.has_next_send_us())
    keys.push_back(TimerKey(row.next_send_us(), row.code()));
  return keys;
}

absl::Status SubscriptionRows::Put(storage::CommitView& view,
                                   const state::Subscription* old,
                                   const state::Subscription& row) const {
  const bool was_live = old != nullptr && IsLive(*old);
  if (old != nullptr)
    for (const std::string& key : Timers(*old)) view.Delete(space_, key);
  for (const std::string& key : Timers(row)) view.Put(space_, key, "");
  if (was_live != IsLive(row)) {
    RETURN_IF_ERROR(CountUp(view, row.sender_id(), was_live ? -1 : 1));
    const std::string equal = EqualKey(row.sender_id(), row.digest());
    if (was_live)
      view.Delete(space_, equal);
    else
      view.Put(space_, equal, row.code());
  }
  view.Put(space_, Key(row.code()), row.SerializeAsString());
  view.Put(space_, WrittenKey(view.NextSequence()), row.code());
  return absl::OkStatus();
}

absl::Status SubscriptionRows::Remove(storage::CommitView& view,
                                      const state::Subscription& old) const {
  for (const std::string& key : Timers(old)) view.Delete(space_, key);
  if (IsLive(old)) {
    RETURN_IF_ERROR(CountUp(view, old.sender_id(), -1));
    view.Delete(space_, EqualKey(old.sender_id(), old.digest()));
  }
  const std::string collected = CollectedPrefix(old.code());
  view.DeleteRange(space_, collected, PrefixEnd(collected));
  view.Delete(space_, Key(old.code()));
  view.Put(space_, WrittenKey(view.NextSequence()), old.code());
  return absl::OkStatus();
}

absl::StatusOr<state::FanOut> SubscriptionRows::ReadFanOut(
    const storage::View& view) const {
  ASSIGN_OR_RETURN(std::optional<state::FanOut> row,
                   ReadRow<state::FanOut>(view, space_, FanOutKey()));
  return row.value_or(state::FanOut());
}

void SubscriptionRows::PutFanOut(storage::CommitView& view,
                                 const state::FanOut& row) const {
  view.Put(space_, FanOutKey(), row.SerializeAsString());
}

absl::StatusOr<std::string> SubscriptionRows::ReadVersion(
    const storage::View& view) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> version,
                   view.Get(space_, VersionKey()));
  return version.value_or("");
}

void SubscriptionRows::BumpVersion(storage::CommitView& view) const {
  view.Put(space_, VersionKey(), absl::StrCat(view.NextSequence()));
}

absl::StatusOr<state::LogStart> SubscriptionRows::ReadLogStart(
    const storage::View& view) const {
  ASSIGN_OR_RETURN(std::optional<state::LogStart> row,
                   ReadRow<state::LogStart>(view, space_, LogStartKey()));
  return row.value_or(state::LogStart());
}

void SubscriptionRows::PutLogStart(storage::CommitView& view,
                                   const state::LogStart& row) const {
  view.Put(space_, LogStartKey(), row.SerializeAsString());
}

}  // namespace dci::registry
