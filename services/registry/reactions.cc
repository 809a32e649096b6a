#include "services/registry/reactions.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/registry/reaction_effects.h"
#include "services/registry/reaction_keys.h"

namespace dci::registry {
namespace {

using state::QueuedEvent;
using state::Reaction;

// Of one pass, so that others have their turn.
constexpr int kMaxTaken = 64;
// Between the tries of what could not be done; the last one stays.
constexpr absl::Duration kDelays[] = {absl::Seconds(10), absl::Minutes(1),
                                      absl::Minutes(10), absl::Hours(1)};
// How long a correction waits for the event that it corrects.
constexpr absl::Duration kWait = absl::Hours(24 * 30);
// Of what no time will mend.
constexpr int64_t kNeverUs = std::numeric_limits<int64_t>::max() / 2;

// Names a rule and a record of a publisher.
std::string IdOf(const ReactionRule& rule, absl::string_view publisher,
                 absl::string_view source_key) {
  std::string all;
  for (const absl::string_view part :
       {absl::string_view(rule.service->full_name),
        absl::string_view(rule.name), publisher,
        absl::string_view(rule.notified->full_name), source_key})
    AppendOrderedText(&all, part);
  return Sha256(all).substr(0, 16);
}

std::string SourceKey(const ReactionRule& rule, absl::string_view record) {
  RecordType type;
  type.message = rule.notified;
  const absl::StatusOr<std::string> key = PrimaryKey(type, record);
  // Without a key no later state of it can be told from another record.
  return key.ok() ? *key : absl::StrCat("digest ", Sha256(record));
}

absl::string_view MessageName(absl::string_view type_url) {
  return type_url.substr(type_url.rfind('/') + 1);
}

absl::Time NextTry(uint32_t tries, absl::Time now) {
  const size_t last = std::size(kDelays) - 1;
  return now + kDelays[std::min<size_t>(tries, last)];
}

// Whether no change of the own records, and no repetition, makes it go.
bool IsLasting(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsAlreadyExists(status) ||
         absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status);
}

// Brings the own records to what the newest state of the followed one asks
// for; with a refusal, to what they were without it.
absl::Status Follow(const ReactionRule& rule, absl::string_view refusal,
                    absl::Time now, Reaction* reaction, RecordEdits* edits) {
  const state::Followed& followed = reaction->followed();
  const std::optional<state::RecordEffect> old =
      reaction->has_effect() ? std::optional(reaction->effect()) : std::nullopt;
  const bool wanted =
      Counts(followed) && Matches(rule.condition, followed.record());
  reaction->clear_effect();
  reaction->clear_problem();
  reaction->set_due_us(0);
  if (wanted && refusal.empty() && old.has_value()) {
    ASSIGN_OR_RETURN(std::optional<state::RecordEffect> effect,
                     DoInPlace(rule, *old, followed.record(), edits));
    if (effect.has_value()) {
      *reaction->mutable_effect() = *std::move(effect);
      return absl::OkStatus();
    }
  }
  if (old.has_value()) RETURN_IF_ERROR(Undo(rule, *old, edits));
  if (!followed.decided()) {
    reaction->set_due_us(absl::ToUnixMicros(now + kWait));
    return absl::OkStatus();
  }
  if (!wanted) return absl::OkStatus();
  absl::StatusOr<state::RecordEffect> effect =
      refusal.empty() ? Do(rule, followed.record(), edits)
                      : absl::FailedPreconditionError(refusal);
  if (effect.ok()) {
    *reaction->mutable_effect() = *std::move(effect);
    reaction->set_tries(0);
    return absl::OkStatus();
  }
  if (!absl::IsFailedPrecondition(effect.status())) return effect.status();
  const absl::string_view problem = effect.status().message();
  reaction->set_problem(std::string(problem));
  reaction->set_due_us(absl::ToUnixMicros(NextTry(reaction->tries(), now)));
  reaction->set_tries(reaction->tries() + 1);
  return absl::OkStatus();
}

}  // namespace

struct Reactions::News {
  std::string publisher;
  std::string event;
  const v1::NotifyEvent* notified = nullptr;
  int64_t received_us = 0;
  absl::Time now;
};

absl::StatusOr<std::unique_ptr<Reactions>> Reactions::Create(
    storage::Store* store, const Subscriber* subscriber,
    std::vector<ReactionsOf> registries) {
  ASSIGN_OR_RETURN(const storage::Space space,
                   store->FindSpace(kReactionsSpace));
  std::unique_ptr<Reactions> all(new Reactions(store, space, subscriber));
  for (const ReactionsOf& of : registries) {
    for (const config::v1::Reaction& config : of.config.rules()) {
      ASSIGN_OR_RETURN(auto rule,
                       CompileReaction(of.registry->codec().model(),
                                       of.registry->service(), config));
      for (const Held& held : all->rules_)
        if (held.registry == of.registry && held.rule->name == rule->name)
          return absl::InvalidArgumentError(
              absl::StrCat("reaction ", rule->name, " is there twice"));
      all->rules_.push_back({of.registry, std::move(rule)});
    }
  }
  return all;
}

void Reactions::Queue(absl::string_view publisher,
                      absl::string_view subscription_code,
                      const v1::NotifyEventRequest& notification,
                      absl::Time now, storage::CommitView& view) const {
  if (std::none_of(rules_.begin(), rules_.end(), [&](const Held& held) {
        return held.rule->Heeds(publisher);
      }))
    return;
  for (const v1::NotifyEvent& event : notification.notify_event()) {
    QueuedEvent row;
    row.set_publisher(std::string(publisher));
    row.set_subscription_code(std::string(subscription_code));
    row.set_received_us(absl::ToUnixMicros(now));
    row.set_event(event.SerializeAsString());
    std::string key(1, kQueueTag);
    AppendOrderedU64(&key, view.NextSequence());
    view.Put(space_, key, row.SerializeAsString());
  }
}

absl::StatusOr<bool> Reactions::ExecutePass(absl::Time now) {
  std::lock_guard<std::mutex> pass(pass_mutex_);
  const auto snapshot = store_->GetSnapshot();
  const auto cursor = snapshot->Scan(
      storage::ScanOptions::Prefix(space_, std::string(1, kQueueTag)));
  int taken = 0;
  absl::Status failed;
  for (; cursor->Valid() && taken < kMaxTaken; cursor->Next(), ++taken) {
    ASSIGN_OR_RETURN(const QueuedEvent queued,
                     exchange::ParseRow<QueuedEvent>(cursor->value()));
    // Others do not wait for one that fails; it stays in the queue.
    if (absl::Status status = Take(cursor->key(), queued, now); !status.ok())
      failed = status;
  }
  RETURN_IF_ERROR(cursor->status());
  ASSIGN_OR_RETURN(const int retried, RetryDue(now));
  RETURN_IF_ERROR(failed);
  return taken == kMaxTaken || retried == kMaxTaken;
}

absl::Status Reactions::Take(absl::string_view queue_key,
                             const QueuedEvent& queued, absl::Time now) {
  v1::NotifyEvent event;
  if (!event.ParseFromString(queued.event()))
    return absl::InternalError("a queued event cannot be read");
  News news;
  news.publisher = queued.publisher();
  news.event = event.data().reg_event_type();
  news.notified = &event;
  news.received_us = queued.received_us();
  news.now = now;
  if (news.event.empty() && subscriber_ != nullptr) {
    ASSIGN_OR_RETURN(news.event, subscriber_->EventOf(
                                     *store_->GetSnapshot(), queued.publisher(),
                                     queued.subscription_code()));
  }
  for (const auto& record : event.data().reg_records())
    RETURN_IF_ERROR(
        TakeRecord(news, MessageName(record.type_url()), record.value()));
  const std::string key(queue_key);
  return storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
    view.Delete(space_, key);
    return absl::OkStatus();
  });
}

absl::Status Reactions::TakeRecord(const News& news, absl::string_view message,
                                   absl::string_view record) {
  const Held* misfit = nullptr;
  bool taken = false;
  for (const Held& held : rules_) {
    const ReactionRule& rule = *held.rule;
    if (!rule.Heeds(news.publisher) || !rule.news.KindOf(news.event)) continue;
    if (rule.notified->full_name != message) {
      misfit = &held;
      continue;
    }
    taken = true;
    RETURN_IF_ERROR(Settle(held,
                           IdOf(rule, news.publisher, SourceKey(rule, record)),
                           &news, record, news.now));
  }
  return taken || misfit == nullptr ? absl::OkStatus()
                                    : KeepMisfit(*misfit, news, record);
}

// A rule heeds the event, and none the kind of record that came with it.
absl::Status Reactions::KeepMisfit(const Held& held, const News& news,
                                   absl::string_view record) {
  Reaction row;
  row.set_service(held.rule->service->full_name);
  row.set_rule(held.rule->name);
  row.set_publisher(news.publisher);
  row.set_event(news.event);
  row.set_received_us(news.received_us);
  row.set_problem("no rule is for records of this kind");
  row.set_due_us(kNeverUs);
  row.mutable_followed()->set_record(std::string(record));
  const std::string id =
      IdOf(*held.rule, news.publisher, absl::StrCat("misfit ", Sha256(record)));
  ASSIGN_OR_RETURN(const Reaction before,
                   exchange::ReadRow<Reaction>(*store_->GetSnapshot(), space_,
                                               StateKey(id)));
  return Commit(held, id, before, row, {}, news.now);
}

absl::Status Reactions::Settle(const Held& held, const std::string& id,
                               const News* news, absl::string_view record,
                               absl::Time now) {
  // The operator may write between reading and committing.
  constexpr int kTries = 3;
  std::string refusal;
  absl::Status settled;
  for (int i = 0; i < kTries; ++i) {
    settled = SettleOnce(held, id, news, record, refusal, now);
    if (absl::IsAborted(settled)) continue;
    // The records themselves refuse it: once more, without it.
    if (!refusal.empty() || !IsLasting(settled)) return settled;
    refusal = std::string(settled.message());
  }
  return settled;
}

absl::Status Reactions::SettleOnce(const Held& held, const std::string& id,
                                   const News* news, absl::string_view record,
                                   absl::string_view refusal, absl::Time now) {
  const ReactionRule& rule = *held.rule;
  const auto snapshot = store_->GetSnapshot();
  ASSIGN_OR_RETURN(const Reaction before, exchange::ReadRow<Reaction>(
                                              *snapshot, space_, StateKey(id)));
  Reaction after = before;
  if (news != nullptr) {
    const bool learnt =
        Learn(*rule.news.KindOf(news->event),
              OrderOf(*news->notified, *rule.notified, record, rule.order),
              record, after.mutable_followed());
    if (!learnt) return absl::OkStatus();
    after.set_service(rule.service->full_name);
    after.set_rule(rule.name);
    after.set_publisher(news->publisher);
    after.set_event(news->event);
    after.set_received_us(news->received_us);
    after.set_tries(0);
  }
  RecordEdits edits(held.registry->catalog(), held.registry->spaces(),
                    snapshot.get());
  RETURN_IF_ERROR(Follow(rule, refusal, now, &after, &edits));
  ASSIGN_OR_RETURN(const std::vector<RecordChange> changes, edits.Changes());
  return Commit(held, id, before, after, changes, now);
}

absl::Status Reactions::Commit(const Held& held, const std::string& id,
                               const Reaction& before, const Reaction& after,
                               const std::vector<RecordChange>& changes,
                               absl::Time now) const {
  const std::string key = StateKey(id);
  std::vector<storage::Key> keys = {{space_, key}};
  for (const RecordChange& change : changes)
    for (storage::Key& read : change.Keys(held.registry->spaces()))
      keys.push_back(std::move(read));
  return storage::CommitAndWait(
      *store_, std::move(keys), [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const Reaction held_row,
                         exchange::ReadRow<Reaction>(view, space_, key));
        if (held_row.SerializeAsString() != before.SerializeAsString())
          return absl::AbortedError("a reaction was changed meanwhile");
        for (const RecordChange& change : changes)
          RETURN_IF_ERROR(held.registry->Apply(change, now, view).status());
        if (before.due_us() != 0)
          view.Delete(space_, DueKey(before.due_us(), id));
        if (after.due_us() != 0)
          view.Put(space_, DueKey(after.due_us(), id), "");
        view.Put(space_, key, after.SerializeAsString());
        return absl::OkStatus();
      });
}

const Reactions::Held* Reactions::Find(const Reaction& reaction) const {
  for (const Held& held : rules_)
    if (held.rule->service->full_name == reaction.service() &&
        held.rule->name == reaction.rule())
      return &held;
  return nullptr;
}

absl::StatusOr<int> Reactions::RetryDue(absl::Time now) {
  const auto snapshot = store_->GetSnapshot();
  const auto cursor = snapshot->Scan({space_, std::string(1, kDueTag),
                                      DueKey(absl::ToUnixMicros(now) + 1, "")});
  int retried = 0;
  absl::Status failed;
  for (; cursor->Valid() && retried < kMaxTaken; cursor->Next(), ++retried) {
    const std::string id(IdInDueKey(cursor->key()));
    ASSIGN_OR_RETURN(const Reaction row, exchange::ReadRow<Reaction>(
                                             *snapshot, space_, StateKey(id)));
    const Held* held = Find(row);
    if (held == nullptr || row.problem().empty()) {
      // A rule that is gone, or a correction whose event never came.
      RETURN_IF_ERROR(Discard(absl::BytesToHexString(id)));
      continue;
    }
    if (!row.followed().decided()) {
      Reaction later = row;
      later.set_due_us(kNeverUs);
      RETURN_IF_ERROR(Commit(*held, id, row, later, {}, now));
      continue;
    }
    if (absl::Status status = Settle(*held, id, nullptr, "", now); !status.ok())
      failed = status;
  }
  RETURN_IF_ERROR(cursor->status());
  RETURN_IF_ERROR(failed);
  return retried;
}

}  // namespace dci::registry
