#include "services/exchange/decider.h"

#include <condition_variable>
#include <utility>

#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/schema/reason.h"

namespace dci::exchange {

using stored::Outcome;
using stored::QueueRow;

// A message of the queue.
struct Decider::Entry {
  std::string key;
  QueueRow row;
  std::shared_ptr<const Request> request;
  std::string address;
  absl::Status unreadable;
};

// What a search has found for one callback.
struct Decider::Found {
  std::vector<Outcome> outcomes;
  std::vector<std::function<absl::Status(storage::CommitView&)>> records;
  // Where to go on; at the end next_item is the number of items.
  uint32_t next_item = 0;
  std::string continuation;
  uint32_t refused = 0;
  // The message as a whole is refused.
  absl::Status refusal;
};

// Counts the commits of a pass that are under way.
class Decider::Latch {
 public:
  void Begin() {
    std::lock_guard<std::mutex> lock(mutex_);
    ++open_;
  }
  void End() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (--open_ == 0) closed_.notify_all();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    closed_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable closed_;
  int open_ = 0;
};

Decider::Decider(const DeciderOptions& options, const Spaces& spaces,
                 storage::Store* store, const Transactions* transactions,
                 const Outbox* outbox, Clock* clock, Metrics* metrics,
                 LogSink* log)
    : options_(options),
      spaces_(spaces),
      store_(store),
      transactions_(transactions),
      outbox_(outbox),
      clock_(clock),
      metrics_(metrics),
      log_(log),
      random_(options.seed) {}

absl::StatusOr<int> Decider::ExecutePass(absl::Time now) {
  // One at a time, and each waits for its commits: so the snapshot of the
  // next one shows all that was decided.
  std::lock_guard<std::mutex> pass(pass_mutex_);
  ASSIGN_OR_RETURN(const std::vector<EntryPtr> entries,
                   Load(*store_->GetSnapshot(), now));
  Latch latch;
  for (const EntryPtr& entry : entries) {
    if (entry->request == nullptr) {
      Fault(entry, entry->unreadable, now, &latch);
    } else if (entry->request->plan->items != nullptr) {
      DecideItemsOf(entry, now, &latch);
    }
  }
  latch.Wait();
  // Searches see what was accepted before them.
  const std::unique_ptr<storage::Snapshot> snapshot = store_->GetSnapshot();
  for (const EntryPtr& entry : entries) {
    if (entry->request != nullptr && entry->request->plan->search != nullptr) {
      SearchItemsOf(*snapshot, entry, now, &latch);
    }
  }
  latch.Wait();
  return static_cast<int>(entries.size());
}

absl::StatusOr<std::vector<Decider::EntryPtr>> Decider::Load(
    const storage::Snapshot& snapshot, absl::Time now) {
  std::vector<EntryPtr> entries;
  auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(spaces_.transactions, QueuePrefix()));
  size_t bytes = 0;
  for (; cursor->Valid() && entries.size() < options_.max_messages &&
         bytes < options_.max_bytes;
       cursor->Next()) {
    Entry entry;
    entry.key = std::string(cursor->key());
    {
      std::lock_guard<std::mutex> lock(mutex_);
      const auto delay = delays_.find(entry.key);
      if (delay != delays_.end() && now < delay->second.until) continue;
    }
    ASSIGN_OR_RETURN(entry.row, ParseRow<QueueRow>(cursor->value()));
    const std::string& id = entry.row.correlation_id();
    auto row = transactions_->Read(snapshot, id);
    if (row.ok()) entry.address = row->address();
    auto request = transactions_->Restore(snapshot, id);
    if (request.ok()) {
      entry.request = *std::move(request);
      bytes += entry.request->body.size();
    } else {
      entry.unreadable = request.status();
    }
    entries.push_back(std::make_shared<const Entry>(std::move(entry)));
  }
  RETURN_IF_ERROR(cursor->status());
  return entries;
}

void Decider::DecideItemsOf(EntryPtr entry, absl::Time now, Latch* latch) {
  std::vector<storage::Key> keys;
  AddItemKeys(spaces_, *entry->request, now, &keys);
  auto decision = std::make_shared<Decision>();
  auto apply = [this, entry, now,
                decision](storage::CommitView& view) -> absl::Status {
    const Request& request = *entry->request;
    ASSIGN_OR_RETURN(*decision, DecideItems(spaces_, request, now, view));
    transactions_->PutOutcomes(view, request, 0, decision->outcomes);
    RETURN_IF_ERROR(transactions_->PutDecided(view, request, decision->tally));
    for (const Outgoing& message : decision->messages) {
      RETURN_IF_ERROR(outbox_->Enqueue(view, message, now));
    }
    view.Delete(spaces_.transactions, entry->key);
    // Pending items come in callbacks of their own, once they are completed.
    std::vector<Outcome> decided;
    for (const Outcome& outcome : decision->outcomes) {
      if (outcome.status() != dci::common::v1::REQUEST_STATUS_PDNG) {
        decided.push_back(outcome);
      }
    }
    if (decided.empty() && !request.items.empty()) return absl::OkStatus();
    return transactions_->PutCallback(view, request, entry->address,
                                      AnswerHeader(decision->tally), decided,
                                      now);
  };
  Commit(
      entry, std::move(keys), std::move(apply),
      [this, entry, decision] {
        metrics_->items_repeated += decision->repeated;
        Report(*entry, decision->tally.total, decision->tally.refused);
      },
      latch);
}

absl::StatusOr<Decider::Found> Decider::Find(const storage::Snapshot& snapshot,
                                             const Entry& entry,
                                             absl::Time now) const {
  const Request& request = *entry.request;
  Found found;
  found.next_item = entry.row.next_item();
  found.continuation = entry.row.continuation();
  found.refused = entry.row.refused();
  size_t bytes = 0;
  while (found.next_item < request.items.size() &&
         bytes < options_.max_callback_bytes) {
    const BatchItem& item = request.items[found.next_item];
    absl::StatusOr<ItemOutcome> outcome =
        SearchItem(request, found.next_item, snapshot, found.continuation, now);
    found.continuation.clear();
    if (outcome.ok()) {
      bytes += outcome->result.size();
      found.outcomes.push_back(OutcomeOf(*outcome, item.reference_id, now));
      if (outcome->record) found.records.push_back(outcome->record);
      found.continuation = outcome->continuation.value_or("");
      if (!found.continuation.empty()) break;
    } else if (IsFault(outcome.status())) {
      return outcome.status();
    } else {
      if (!request.plan->items_have_status()) found.refusal = outcome.status();
      found.outcomes.push_back(
          RefusedOutcome(outcome.status(), item.reference_id, now));
    }
    found.refused +=
        found.outcomes.back().status() == dci::common::v1::REQUEST_STATUS_RJCT;
    ++found.next_item;
  }
  return found;
}

absl::Status Decider::WriteFound(const Entry& entry, const Found& found,
                                 absl::Time now,
                                 storage::CommitView& view) const {
  const Request& request = *entry.request;
  for (const auto& record : found.records) RETURN_IF_ERROR(record(view));
  if (!found.refusal.ok()) {
    view.Delete(spaces_.transactions, entry.key);
    return transactions_->PutFailed(view, request, entry.row.next_item(),
                                    found.refusal, now);
  }
  // A further page of an item is not its outcome again.
  const bool goes_on = !entry.row.continuation().empty();
  const uint32_t first = entry.row.next_item() + (goes_on ? 1 : 0);
  const std::vector<Outcome> fresh(found.outcomes.begin() + (goes_on ? 1 : 0),
                                   found.outcomes.end());
  if (!fresh.empty()) {
    transactions_->PutOutcomes(view, request, first, fresh);
  }
  const Tally tally{static_cast<int>(request.items.size()),
                    static_cast<int>(found.next_item),
                    static_cast<int>(found.refused)};
  if (found.next_item == request.items.size()) {
    view.Delete(spaces_.transactions, entry.key);
    RETURN_IF_ERROR(transactions_->PutDecided(view, request, tally));
  } else {
    QueueRow row = entry.row;
    row.set_next_item(found.next_item);
    row.set_continuation(found.continuation);
    row.set_refused(found.refused);
    view.Put(spaces_.transactions, entry.key, row.SerializeAsString());
  }
  return transactions_->PutCallback(view, request, entry.address,
                                    AnswerHeader(tally), found.outcomes, now);
}

void Decider::SearchItemsOf(const storage::Snapshot& snapshot, EntryPtr entry,
                            absl::Time now, Latch* latch) {
  absl::StatusOr<Found> result = Find(snapshot, *entry, now);
  if (!result.ok()) return Fault(entry, result.status(), now, latch);
  auto found = std::make_shared<const Found>(*std::move(result));
  Commit(
      entry, {},
      [this, entry, found, now](storage::CommitView& view) {
        return WriteFound(*entry, *found, now, view);
      },
      [this, entry, found] {
        if (found->next_item < entry->request->items.size()) return;
        Report(*entry, static_cast<int>(found->next_item),
               static_cast<int>(found->refused));
      },
      latch);
}

void Decider::Commit(EntryPtr entry, std::vector<storage::Key> keys,
                     std::function<absl::Status(storage::CommitView&)> apply,
                     std::function<void()> counted, Latch* latch) {
  latch->Begin();
  const absl::Time now = clock_->Now();
  store_->Commit({.keys = std::move(keys),
                  .apply = std::move(apply),
                  .done = [this, entry, counted = std::move(counted), now,
                           latch](absl::Status status) {
                    if (status.ok()) {
                      counted();
                      std::lock_guard<std::mutex> lock(mutex_);
                      delays_.erase(entry->key);
                    } else {
                      Fault(entry, status, now, latch);
                    }
                    latch->End();
                  }});
}

void Decider::Fault(EntryPtr entry, absl::Status why, absl::Time now,
                    Latch* latch) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    Delay& delay = delays_[entry->key];
    ++delay.attempts;
    delay.until = now + NextDelay(options_.backoff, delay.attempts, &random_);
    if (delay.attempts != options_.max_attempts) return;
  }
  // Its sender hears that it failed. Without a request nobody can be told,
  // and the message leaves the queue all the same.
  const absl::Status told =
      schema::Refusal(dci::common::v1::REASON_SERVICE_UNAVAILABLE,
                      "the message could not be decided");
  Commit(
      entry, {},
      [this, entry, told, now](storage::CommitView& view) -> absl::Status {
        view.Delete(spaces_.transactions, entry->key);
        if (entry->request == nullptr) return absl::OkStatus();
        return transactions_->PutFailed(view, *entry->request,
                                        entry->row.next_item(), told, now);
      },
      [this, entry] { Report(*entry, 0, 0); }, latch);
}

void Decider::Report(const Entry& entry, int items, int refused) {
  metrics_->decided++;
  metrics_->items += items;
  metrics_->items_refused += refused;
  if (log_ == nullptr || entry.request == nullptr) return;
  const RequestContext& context = entry.request->context;
  LogEvent event;
  event.kind = LogEvent::Kind::kDecided;
  event.time = clock_->Now();
  event.method = context.method->full_name;
  event.participant_id = context.sender_id;
  event.message_id = context.header.message_id();
  event.transaction_id = context.transaction_id;
  event.correlation_id = context.correlation_id;
  event.items = items;
  event.items_refused = refused;
  event.duration = event.time - context.received;
  log_->Log(event);
}

}  // namespace dci::exchange
