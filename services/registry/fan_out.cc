#include "services/registry/fan_out.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/base/status_macros.h"
#include "services/registry/subscription_permit.h"

namespace dci::registry {
namespace {

using state::Subscription;

// Changes that concern nobody after which the place is written all the same.
constexpr size_t kMaxUnwritten = 10000;
const Query* QueryFor(const LiveSubscription& live, uint32_t type_id) {
  for (const TypedQuery& typed : live.criteria.queries)
    if (typed.type_id == type_id) return &typed.query;
  return nullptr;
}

}  // namespace

FanOut::FanOut(Registry* registry, const SubscriptionRows* rows,
               const EventTypes* events, const exchange::Outbox* outbox,
               const schema::Method* notify, std::string source,
               FanOutOptions options)
    : registry_(registry),
      rows_(rows),
      events_(events),
      outbox_(outbox),
      notify_(notify),
      source_(std::move(source)),
      options_(std::move(options)),
      table_(registry, rows, events) {}

absl::StatusOr<FanOutStats> FanOut::Execute(absl::Time now) {
  std::lock_guard<std::mutex> pass(pass_mutex_);
  RETURN_IF_ERROR(MakeDurable());
  FanOutStats stats;
  const std::unique_ptr<storage::Snapshot> snapshot =
      registry_->store().GetSnapshot();
  RETURN_IF_ERROR(table_.Refresh(*snapshot));
  RETURN_IF_ERROR(FindPlace(*snapshot));
  RETURN_IF_ERROR(SuspendUnreadable(now, &stats));
  if (stats.more) return stats;
  RETURN_IF_ERROR(HandOn(*snapshot, now, &stats));
  const bool caught_up = !stats.more;
  RETURN_IF_ERROR(CatchUp(*snapshot, now, &stats));
  RETURN_IF_ERROR(RunTimers(*snapshot, now, &stats));
  RETURN_IF_ERROR(CloseEnded(*snapshot, now, caught_up, &stats));
  CountNow();
  return stats;
}

// Changes are noted before they are durable; what is committed now is durable
// after them.
absl::Status FanOut::MakeDurable() {
  if (!changed_.exchange(false)) return absl::OkStatus();
  const absl::Status status = storage::CommitAndWait(
      registry_->store(), {},
      [](storage::CommitView&) { return absl::OkStatus(); });
  if (!status.ok()) changed_.store(true);
  return status;
}

absl::Status FanOut::FindPlace(const storage::Snapshot& snapshot) {
  if (table_.size() == 0) {
    // Nobody is to be told of what is in the log now.
    placed_ = false;
    ASSIGN_OR_RETURN(const uint64_t last,
                     LastChange(snapshot, registry_->spaces()));
    position_.store(last);
    return absl::OkStatus();
  }
  if (placed_) return absl::OkStatus();
  ASSIGN_OR_RETURN(cursor_, rows_->ReadFanOut(snapshot));
  // What came before the first one's beginning is nobody's.
  ASSIGN_OR_RETURN(uint64_t first, LastChange(snapshot, registry_->spaces()));
  for (const auto& [code, live] : table_.all())
    if (live.row.state() != Subscription::PENDING)
      first = std::min<uint64_t>(first, live.row.from());
  if (cursor_.within() == 0)
    cursor_.set_sequence(std::max(cursor_.sequence(), first));
  placed_ = true;
  return absl::OkStatus();
}

absl::Status FanOut::SuspendUnreadable(absl::Time now, FanOutStats* stats) {
  for (const auto& [code, why] : table_.unreadable()) {
    stats->more = true;
    RETURN_IF_ERROR(ChangeRow(
        code, {},
        [&, &why = why](storage::CommitView& view,
                        Subscription* row) -> absl::StatusOr<bool> {
          if (row->state() != Subscription::ACTIVE) return false;
          row->set_state(Subscription::SUSPENDED);
          row->set_note(absl::StrCat("the schema has changed: ", why));
          row->set_suspended_us(absl::ToUnixMicros(now));
          if (!row->has_position()) row->set_position(ToldUpTo(cursor_, *row));
          return true;
        }));
  }
  return absl::OkStatus();
}

// A schedule's are written down when they are sent.
absl::StatusOr<FanOut::Match> FanOut::MakeMatch(
    const LiveSubscription& live, const ChangeReader& reader, absl::Time now,
    const storage::Snapshot& snapshot) const {
  Match match;
  match.live = &live;
  match.sequence = reader.sequence();
  if (live.scheduled() || registry_->read_rules().log == nullptr) return match;
  match.message_id = options_.ids->NewId();
  const std::optional<Permit> permit = PermitOf(*registry_, live.row, now);
  if (!permit.has_value()) return match;
  ASSIGN_OR_RETURN(
      match.write_down,
      WriteDownChange(
          *registry_,
          {live.row.sender_id(), notify_->full_name, match.message_id, *permit},
          reader.change(), match.sequence, now, snapshot));
  return match;
}

absl::StatusOr<FanOut::Batch> FanOut::Gather(const storage::Snapshot& snapshot,
                                             absl::Time now) const {
  Batch batch;
  batch.end = cursor_;
  const std::shared_ptr<const Catalog> catalog = registry_->catalog();
  ChangeReader reader(snapshot, registry_->spaces(), *catalog,
                      cursor_.sequence());
  for (; reader.Valid(); reader.Next()) {
    batch.more = batch.changes >= options_.max_changes ||
                 batch.matches.size() >= options_.max_messages;
    if (batch.more) return batch;
    const uint64_t sequence = reader.sequence();
    const bool resumed = cursor_.within() == sequence;
    std::vector<const LiveSubscription*> matched = table_.Match(
        reader.view(), events_->Of(reader.view()), sequence,
        reader.change().time_us(), resumed ? cursor_.after_code() : "");
    const size_t room = options_.max_messages - batch.matches.size();
    batch.more = matched.size() > room;
    if (batch.more) matched.resize(room);
    for (const LiveSubscription* live : matched) {
      ASSIGN_OR_RETURN(Match match, MakeMatch(*live, reader, now, snapshot));
      batch.matches.push_back(std::move(match));
    }
    if (batch.more) {
      batch.end.set_within(sequence);
      if (!matched.empty()) batch.end.set_after_code(matched.back()->code());
      return batch;
    }
    batch.end.set_sequence(sequence);
    batch.end.clear_within();
    batch.end.clear_after_code();
    ++batch.changes;
  }
  RETURN_IF_ERROR(reader.status());
  batch.end.set_sequence(std::max(batch.end.sequence(), reader.passed()));
  return batch;
}

absl::Status FanOut::HandOn(const storage::Snapshot& snapshot, absl::Time now,
                            FanOutStats* stats) {
  if (!placed_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string version, rows_->ReadVersion(snapshot));
  ASSIGN_OR_RETURN(const Batch batch, Gather(snapshot, now));
  unwritten_ += batch.changes;
  if (!batch.matches.empty() || unwritten_ >= kMaxUnwritten) {
    const absl::Status written = CommitBatch(batch, version, now);
    // The operator's commit came between: the next step sees it.
    stats->more |= absl::IsAborted(written);
    if (absl::IsAborted(written)) return absl::OkStatus();
    RETURN_IF_ERROR(written);
  }
  cursor_ = batch.end;
  position_.store(cursor_.sequence());
  stats->more |= batch.more;
  stats->changes += batch.changes;
  CountMatches(batch.matches, stats);
  return absl::OkStatus();
}

absl::Status FanOut::CommitBatch(const Batch& batch, const std::string& version,
                                 absl::Time now) {
  RETURN_IF_ERROR(storage::CommitAndWait(
      registry_->store(), KeysFor(batch.matches),
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string held, rows_->ReadVersion(view));
        if (held != version)
          return absl::AbortedError("a subscription was stopped meanwhile");
        for (const Match& match : batch.matches)
          RETURN_IF_ERROR(Emit(view, match, now));
        rows_->PutFanOut(view, batch.end);
        return absl::OkStatus();
      }));
  unwritten_ = 0;
  return absl::OkStatus();
}

std::vector<storage::Key> FanOut::KeysFor(
    const std::vector<Match>& matches) const {
  std::vector<storage::Key> keys = {{rows_->space(), rows_->VersionKey()}};
  for (const Match& match : matches)
    if (!match.live->scheduled())
      outbox_->AddKeys(match.live->row.sender_id(), match.live->code(), &keys);
  return keys;
}

void FanOut::CountMatches(const std::vector<Match>& matches,
                          FanOutStats* stats) {
  for (const Match& match : matches)
    ++(match.live->scheduled() ? stats->collected : stats->notifications);
}

absl::Status FanOut::Emit(storage::CommitView& view, const Match& match,
                          absl::Time now) const {
  const Subscription& row = match.live->row;
  if (!match.live->scheduled()) {
    if (match.write_down) RETURN_IF_ERROR(match.write_down(view));
    return Enqueue(view, row, {match.sequence}, match.message_id, now);
  }
  view.Put(rows_->space(), rows_->CollectedKey(row.code(), match.sequence), "");
  return absl::OkStatus();
}

absl::Status FanOut::Enqueue(storage::CommitView& view, const Subscription& row,
                             const std::vector<uint64_t>& sequences,
                             const std::string& message_id,
                             absl::Time now) const {
  state::Notification notification;
  notification.set_code(row.code());
  for (const uint64_t sequence : sequences)
    notification.add_sequences(sequence);
  exchange::Outgoing message;
  message.method = notify_;
  message.receiver_id = row.sender_id();
  message.address = row.address();
  message.address_is_complete = !row.address().empty();
  message.lane = row.code();
  message.source = source_;
  message.body = notification.SerializeAsString();
  message.encrypt = row.encrypt();
  // Made by the outbox where it is empty.
  if (!message_id.empty()) message.header.set_message_id(message_id);
  message.header.set_status(common::v1::REQUEST_STATUS_SUCC);
  message.header.set_total_count(static_cast<int>(sequences.size()));
  // The standard's notification does not say which subscription it is for.
  message.header.mutable_meta()->set_text(
      absl::StrCat("{\"subscription_code\":\"", row.code(), "\"}"));
  return outbox_->Enqueue(view, message, now);
}

absl::StatusOr<FanOut::Batch> FanOut::GatherOne(
    const storage::Snapshot& snapshot, const LiveSubscription& live,
    absl::Time now) const {
  Batch batch;
  const uint64_t last = cursor_.sequence();
  uint64_t done = std::max<uint64_t>(live.row.position(), live.row.from());
  const std::shared_ptr<const Catalog> catalog = registry_->catalog();
  ChangeReader reader(snapshot, registry_->spaces(), *catalog, done);
  for (; reader.Valid() && reader.sequence() <= last; reader.Next()) {
    batch.more = batch.changes >= options_.max_changes ||
                 batch.matches.size() >= options_.max_messages;
    if (batch.more) break;
    done = reader.sequence();
    ++batch.changes;
    const ChangeView view = reader.view();
    const Query* query = QueryFor(live, view.type_id);
    if (query == nullptr ||
        !live.Wants(events_->Of(view), done, reader.change().time_us()) ||
        !Matches(*query, view.record()))
      continue;
    ASSIGN_OR_RETURN(Match match, MakeMatch(live, reader, now, snapshot));
    batch.matches.push_back(std::move(match));
  }
  RETURN_IF_ERROR(reader.status());
  batch.end.set_sequence(done);
  return batch;
}

absl::Status FanOut::CatchUp(const storage::Snapshot& snapshot, absl::Time now,
                             FanOutStats* stats) {
  const auto& behind = table_.behind();
  if (behind.empty()) return absl::OkStatus();
  stats->more = true;
  // A subscription joins between two changes, not within one.
  if (cursor_.within() != 0) return absl::OkStatus();
  auto next = behind.upper_bound(catch_up_after_);
  for (size_t i = 0; i < behind.size(); ++i, ++next) {
    if (next == behind.end()) next = behind.begin();
    if (stats->notifications + stats->collected >= options_.max_messages ||
        stats->changes >= options_.max_changes)
      break;
    catch_up_after_ = next->first;
    RETURN_IF_ERROR(CatchUpOne(snapshot, *next->second, now, stats));
  }
  return absl::OkStatus();
}

absl::Status FanOut::CatchUpOne(const storage::Snapshot& snapshot,
                                const LiveSubscription& live, absl::Time now,
                                FanOutStats* stats) {
  ASSIGN_OR_RETURN(const Batch batch, GatherOne(snapshot, live, now));
  const std::string seen = live.row.SerializeAsString();
  bool changed = false;
  RETURN_IF_ERROR(ChangeRow(live.code(), KeysFor(batch.matches),
                            [&](storage::CommitView& view,
                                Subscription* row) -> absl::StatusOr<bool> {
                              // Stopped meanwhile, or ended: it is looked at
                              // anew.
                              if (row->SerializeAsString() != seen)
                                return false;
                              for (const Match& match : batch.matches)
                                RETURN_IF_ERROR(Emit(view, match, now));
                              if (batch.more) {
                                row->set_position(batch.end.sequence());
                              } else {
                                row->clear_position();
                                // From here on it is told with the others, who
                                // must not be told from an earlier place after
                                // a restart.
                                rows_->PutFanOut(view, cursor_);
                              }
                              changed = true;
                              return true;
                            }));
  if (!changed) return absl::OkStatus();
  stats->changes += batch.changes;
  CountMatches(batch.matches, stats);
  return absl::OkStatus();
}

absl::Status FanOut::ChangeRow(const std::string& code,
                               std::vector<storage::Key> keys,
                               const RowChange& change) {
  keys.push_back({rows_->space(), rows_->Key(code)});
  return storage::CommitAndWait(
      registry_->store(), std::move(keys),
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const std::optional<Subscription> old,
                         rows_->Find(view, code));
        if (!old.has_value()) return absl::OkStatus();
        Subscription row = *old;
        ASSIGN_OR_RETURN(const bool changed, change(view, &row));
        if (!changed) return absl::OkStatus();
        return rows_->Put(view, &*old, row);
      });
}

void FanOut::CountNow() {
  if (counted_ == table_.version()) return;
  counted_ = table_.version();
  SubscriptionCounts counts;
  for (const auto& [code, live] : table_.all()) {
    counts.active += live.row.state() == Subscription::ACTIVE;
    counts.pending += live.row.state() == Subscription::PENDING;
    counts.suspended += live.row.state() == Subscription::SUSPENDED;
  }
  counts.behind = table_.behind().size();
  std::lock_guard<std::mutex> lock(counts_mutex_);
  counts_ = counts;
}

SubscriptionCounts FanOut::Counts() const {
  std::lock_guard<std::mutex> lock(counts_mutex_);
  return counts_;
}

}  // namespace dci::registry
