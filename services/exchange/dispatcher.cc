#include "services/exchange/dispatcher.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace dci::exchange {
namespace {

// Messages in flight together, whatever addresses there are.
constexpr size_t kMaxOpen = 1000;
// Lanes of one receiver that a pass looks at, where their addresses have no
// place; and messages whose address is remembered meanwhile.
constexpr int kMaxLooked = 4096;
constexpr size_t kMaxWaiting = 10000;

// Nothing changes by trying again.
bool IsFinal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsPermissionDenied(status);
}

}  // namespace

// One attempt to send the head of a lane.
struct Dispatcher::Try {
  std::string lane;
  uint64_t number = 0;
  uint32_t attempt = 1;
  std::string destination;
  std::string address;
  bool sent = false;
  dci::common::v1::MsgCallbackHeader header;
  // Without its body.
  stored::OutboxRow message;
  absl::Time started;
  absl::Duration retry_after;
  Effect effect;
  // Null where the message stands in the outbox itself.
  const MessageSource* source = nullptr;
  std::string reference;
  // There was nothing to send.
  bool dropped = false;
  Verdict verdict = Verdict::kRetry;
};

Dispatcher::Dispatcher(const DispatcherOptions& options, storage::Store* store,
                       const Outbox* outbox, Renderer* renderer, Sender* sender,
                       Clock* clock, Metrics* metrics, LogSink* log,
                       std::function<void()> wake,
                       const MessageSources* sources)
    : options_(options),
      store_(store),
      outbox_(outbox),
      renderer_(renderer),
      sender_(sender),
      clock_(clock),
      metrics_(metrics),
      log_(log),
      wake_(std::move(wake)),
      sources_(sources),
      addresses_({options.max_in_flight, options.breaker_failures,
                  // No message waits longer than its own tries would.
                  std::min(options.breaker_pause, options.backoff.max_delay)}),
      random_(options.seed) {}

Dispatcher::~Dispatcher() { Drain(); }

int Dispatcher::in_flight() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<int>(lanes_.size());
}

void Dispatcher::WaitIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return open_ == 0; });
}

void Dispatcher::Drain() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    draining_ = true;
  }
  // A pass that began before must have started all it will.
  { std::lock_guard<std::mutex> pass(pass_mutex_); }
  WaitIdle();
}

absl::StatusOr<int> Dispatcher::ExecutePass(absl::Time now) {
  std::lock_guard<std::mutex> pass(pass_mutex_);
  // Taken before the snapshot: a lane that is free here has its last outcome
  // in the snapshot.
  absl::flat_hash_set<std::string> busy;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    busy = lanes_;
  }
  const std::unique_ptr<storage::Snapshot> snapshot = store_->GetSnapshot();
  ASSIGN_OR_RETURN(const std::vector<OutboxCounts> receivers,
                   outbox_->Counts(*snapshot));
  if (waiting_.size() > kMaxWaiting) waiting_.clear();
  int started = 0;
  // Each pass begins with another receiver: some may share an address.
  for (size_t i = 0; i < receivers.size(); ++i) {
    const OutboxCounts& receiver = receivers[(turn_ + i) % receivers.size()];
    ASSIGN_OR_RETURN(const int begun,
                     StartDue(*snapshot, receiver.destination, busy, now));
    started += begun;
  }
  ++turn_;
  return started;
}

absl::StatusOr<int> Dispatcher::StartDue(
    const storage::Snapshot& snapshot, const std::string& destination,
    const absl::flat_hash_set<std::string>& busy, absl::Time now) {
  std::vector<std::pair<DueLane, std::string>> due;
  int looked = 0;
  RETURN_IF_ERROR(
      outbox_->VisitDue(snapshot, destination, now, [&](DueLane lane) {
        if (busy.contains(lane.lane)) return true;
        if (!HasRoom(due.size())) return false;
        std::string address = AddressOf(snapshot, lane);
        if (addresses_.Take(address, now)) {
          waiting_.erase(lane.lane);
          due.emplace_back(std::move(lane), std::move(address));
        }
        return ++looked < kMaxLooked;
      }));
  for (auto& [lane, address] : due) {
    Start(snapshot, std::move(lane), std::move(address), now);
  }
  return static_cast<int>(due.size());
}

bool Dispatcher::HasRoom(size_t begun) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return !draining_ && open_ + begun < kMaxOpen;
}

// The message is read once for as long as it waits for a place.
std::string Dispatcher::AddressOf(const storage::Snapshot& snapshot,
                                  const DueLane& due) {
  auto& [number, address] = waiting_[due.lane];
  if (address.empty() || number != due.row.head()) {
    number = due.row.head();
    auto message = outbox_->Read(snapshot, due.lane, number);
    if (message.ok()) address = renderer_->AddressOf(*message);
    // What has no address concerns its receiver alone.
    if (address.empty()) address = absl::StrCat("|", due.row.destination());
  }
  return address;
}

void Dispatcher::Start(const storage::Snapshot& snapshot, DueLane due,
                       std::string address, absl::Time now) {
  auto attempt = std::make_shared<Try>();
  attempt->lane = due.lane;
  attempt->number = due.row.head();
  attempt->attempt = due.row.attempts() + 1;
  attempt->destination = due.row.destination();
  attempt->address = std::move(address);
  attempt->started = now;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++open_;
    lanes_.insert(attempt->lane);
  }
  auto message = outbox_->Read(snapshot, attempt->lane, attempt->number);
  if (!message.ok()) return Finish(attempt, message.status());
  attempt->header.ParseFromString(message->header());
  attempt->source = FindSource(sources_, message->source());
  if (attempt->source != nullptr) attempt->reference = message->body();
  attempt->message = *message;
  attempt->message.clear_body();
  renderer_->Render(*message, now, [this, attempt](auto ready) {
    attempt->dropped = absl::IsCancelled(ready.status());
    if (attempt->dropped) return Finish(attempt, absl::OkStatus());
    if (!ready.ok()) return Finish(attempt, ready.status());
    auto sent = std::make_shared<const Delivery>(*std::move(ready));
    attempt->sent = true;
    sender_->Send(*sent, [this, attempt, sent](absl::StatusOr<Reply> reply) {
      if (!reply.ok()) return Finish(attempt, reply.status());
      attempt->retry_after = reply->retry_after;
      Take(attempt, *sent, *reply);
    });
  });
}

void Dispatcher::Take(std::shared_ptr<Try> attempt, const Delivery& delivery,
                      const Reply& reply) {
  absl::Status judged = renderer_->Judge(delivery, reply);
  if (!judged.ok()) return Finish(std::move(attempt), std::move(judged));
  renderer_->ReadAnswer(attempt->message, delivery, reply, clock_->Now(),
                        [this, attempt](absl::StatusOr<Effect> effect) {
                          if (effect.ok()) attempt->effect = *effect;
                          Finish(attempt, effect.status());
                        });
}

Dispatcher::Verdict Dispatcher::Weigh(const Try& attempt,
                                      const absl::Status& status) {
  if (status.ok()) return Verdict::kDelivered;
  if (IsFinal(status)) return Verdict::kPark;
  return static_cast<int>(attempt.attempt) >= options_.max_attempts
             ? Verdict::kPark
             : Verdict::kRetry;
}

void Dispatcher::Finish(std::shared_ptr<Try> attempt, absl::Status status) {
  const Verdict verdict = Weigh(*attempt, status);
  // What could not be made ready says nothing of the address; a receiver that
  // says no is there.
  if (std::exchange(attempt->sent, false)) {
    addresses_.Note(attempt->address, status.ok() || IsFinal(status),
                    clock_->Now());
  }
  Write(std::move(attempt), verdict, std::move(status));
}

absl::Duration Dispatcher::Delay(const Try& attempt) {
  std::lock_guard<std::mutex> lock(mutex_);
  const absl::Duration delay =
      NextDelay(options_.backoff, static_cast<int>(attempt.attempt), &random_);
  // A receiver may ask for patience, but not for ever.
  return std::max(delay,
                  std::min(attempt.retry_after, options_.backoff.max_delay));
}

absl::Status Dispatcher::ApplyDelivered(const Try& attempt, absl::Time now,
                                        absl::Status* refusal,
                                        storage::CommitView& view) const {
  if (attempt.effect) {
    // An answer counts once, though its request may have left twice.
    ASSIGN_OR_RETURN(const bool open,
                     outbox_->IsHead(view, attempt.lane, attempt.number));
    if (open) {
      *refusal = attempt.effect(view, now);
      RETURN_IF_ERROR(*refusal);
    }
  }
  return outbox_->Delivered(view, attempt.lane, attempt.number, now);
}

void Dispatcher::Write(std::shared_ptr<Try> attempt, Verdict verdict,
                       absl::Status status) {
  const absl::Time now = clock_->Now();
  const absl::Time due = now + Delay(*attempt);
  attempt->verdict = verdict;
  auto refusal = std::make_shared<absl::Status>();
  store_->Commit(
      {.keys = {},
       .apply =
           [this, attempt, status, now, due,
            refusal](storage::CommitView& view) {
             return attempt->verdict == Verdict::kDelivered
                        ? ApplyDelivered(*attempt, now, refusal.get(), view)
                        : ApplyFailed(attempt.get(), status, now, due, view);
           },
       .done =
           [this, attempt, status, refusal](absl::Status written) {
             if (!refusal->ok()) {
               // Nothing of it was written: the answer itself has failed.
               attempt->effect = nullptr;
               return Finish(attempt, *refusal);
             }
             // Unwritten, the message stays due and is sent again.
             if (written.ok()) Report(*attempt, attempt->verdict, status);
             Release(*attempt);
           }});
}

absl::Status Dispatcher::ApplyFailed(Try* attempt, const absl::Status& status,
                                     absl::Time now, absl::Time due,
                                     storage::CommitView& view) const {
  const std::string& lane = attempt->lane;
  if (attempt->source != nullptr) {
    const FailedTry failed{static_cast<int>(attempt->attempt),
                           attempt->verdict == Verdict::kPark,
                           std::string(status.message())};
    ASSIGN_OR_RETURN(
        const bool park,
        attempt->source->TakeFailure(attempt->reference, failed, now, view));
    if (park) attempt->verdict = Verdict::kPark;
  }
  return attempt->verdict == Verdict::kPark
             ? outbox_->Park(view, lane, attempt->number, status.message())
             : outbox_->Retry(view, lane, attempt->number, due,
                              status.message());
}

void Dispatcher::Report(const Try& attempt, Verdict verdict,
                        const absl::Status& status) {
  if (attempt.dropped) return;
  LogEvent event;
  switch (verdict) {
    case Verdict::kDelivered:
      metrics_->delivered++;
      if (attempt.source != nullptr)
        attempt.source->CountDelivered(attempt.reference);
      event.kind = LogEvent::Kind::kDelivered;
      break;
    case Verdict::kRetry:
      metrics_->retried++;
      event.kind = LogEvent::Kind::kRetry;
      break;
    case Verdict::kPark:
      metrics_->parked++;
      event.kind = LogEvent::Kind::kParked;
      break;
  }
  if (log_ == nullptr) return;
  event.time = clock_->Now();
  event.method = attempt.message.method();
  event.participant_id = attempt.destination;
  event.message_id = attempt.header.message_id();
  event.correlation_id = attempt.lane.substr(attempt.lane.find('|') + 1);
  event.outcome = std::string(absl::StatusCodeToString(status.code()));
  event.attempt = static_cast<int>(attempt.attempt);
  event.duration = event.time - attempt.started;
  log_->Log(event);
}

void Dispatcher::Release(const Try& attempt) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    lanes_.erase(attempt.lane);
  }
  addresses_.Release(attempt.address);
  // The lane is free before anybody looks for it, and this object is there
  // until the last one has called.
  if (wake_) wake_();
  std::lock_guard<std::mutex> lock(mutex_);
  if (--open_ == 0) idle_.notify_all();
}

}  // namespace dci::exchange
