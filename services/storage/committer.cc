#include "services/storage/committer.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/storage/ingest_order.h"
#include "services/storage/serial_view.h"

namespace dci::storage {
namespace {

// How many transactions a thread takes from the queue at a time: enough to
// make locking cheap, few enough to keep groups near their bound.
constexpr size_t kRun = 16;

absl::Status CheckEntries(const Engine& engine,
                          const std::vector<Entry>& entries) {
  for (const Entry& e : entries) {
    if (e.space.id >= engine.space_count())
      return absl::InternalError(
          absl::StrCat("write to unknown space ", e.space.id));
    if (e.key.size() > kMaxKeyBytes || e.value.size() > kMaxValueBytes)
      return absl::InvalidArgumentError(
          absl::StrCat("entry with a key of ", e.key.size(),
                       " bytes and a value of ", e.value.size()));
  }
  return absl::OkStatus();
}

// Made anew for each who is told: threads that share the text of a Status also
// share its count of references, which TSan cannot see in Debian's Abseil.
absl::Status HasFailed(const std::string& why) {
  if (why.empty()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the store has failed: ", why));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Committer::Create(
    std::shared_ptr<Engine> engine, const CommitterOptions& options) {
  ASSIGN_OR_RETURN(const uint64_t sequence, engine->LastSequence());
  return std::unique_ptr<Store>(
      new Committer(std::move(engine), options, sequence));
}

Committer::Committer(std::shared_ptr<Engine> engine,
                     const CommitterOptions& options, uint64_t sequence)
    : engine_(std::move(engine)), options_(options), sequence_(sequence) {
  for (int i = 0; i < options_.prefetch_threads; ++i)
    threads_.emplace_back([this] { PrefetchLoop(); });
  threads_.emplace_back([this] { ApplyLoop(); });
  threads_.emplace_back([this] { WriteLoop(); });
}

Committer::~Committer() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    closing_ = true;
  }
  prefetch_cv_.notify_all();
  apply_cv_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

absl::StatusOr<Space> Committer::FindSpace(absl::string_view name) const {
  return engine_->FindSpace(name);
}

std::unique_ptr<Snapshot> Committer::GetSnapshot() const {
  return engine_->GetSnapshot();
}

void Committer::Commit(Transaction transaction) {
  auto pending = std::make_unique<Pending>();
  pending->transaction = std::move(transaction);
  Enqueue(std::move(pending));
}

absl::Status Committer::Ingest(std::vector<Entry> entries) {
  if (entries.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckEntries(*engine_, entries));
  auto pending = std::make_unique<Pending>();
  ASSIGN_OR_RETURN(pending->ingest,
                   engine_->PrepareIngest(Ordered(std::move(entries))));
  std::promise<absl::Status> promise;
  pending->transaction.done = [&](absl::Status status) {
    promise.set_value(std::move(status));
  };
  Enqueue(std::move(pending));
  return promise.get_future().get();
}

absl::Status Committer::Admit(const Pending& pending) {
  if (closing_) return absl::UnavailableError("the store is closing");
  if (!failure_.empty()) return HasFailed(failure_);
  // A bulk load waits for its end and so bounds itself.
  const bool full = queue_.size() >= options_.max_queued ||
                    queued_keys_ >= options_.max_queued_keys;
  if (full && !pending.ingest)
    return absl::ResourceExhaustedError("too many commits are waiting");
  return absl::OkStatus();
}

void Committer::Enqueue(std::unique_ptr<Pending> pending) {
  pending->key_count = pending->transaction.keys.size();
  pending->ready = pending->key_count == 0 || options_.prefetch_threads == 0;
  const bool ready = pending->ready;
  std::unique_lock<std::mutex> lock(mu_);
  const absl::Status admitted = Admit(*pending);
  if (!admitted.ok()) {
    ++stats_.refused;
    lock.unlock();
    if (pending->transaction.done) pending->transaction.done(admitted);
    return;
  }
  ++accepted_;
  queued_keys_ += pending->key_count;
  queue_.push_back(std::move(pending));
  // Under the lock: once it is free, `done` may have been called and the store
  // be gone.
  if (ready) {
    apply_cv_.notify_one();
  } else if (WantsPrefetcher()) {
    prefetch_cv_.notify_one();
  }
}

// Prefetch

bool Committer::WantsPrefetcher() const {
  // One that is at work takes the next run too; a second is worth its waking
  // only for more than that.
  return prefetching_ == 0 || queue_.size() - claimed_ > kRun;
}

std::vector<Committer::Pending*> Committer::Claim() {
  std::vector<Pending*> claimed;
  while (claimed_ < queue_.size() && claimed.size() < kRun) {
    Pending* pending = queue_[claimed_++].get();
    pending->epoch = durable_epoch_;
    if (!pending->ready) claimed.push_back(pending);
  }
  return claimed;
}

void Committer::PrefetchLoop() {
  std::unique_lock<std::mutex> lock(mu_);
  while (true) {
    prefetch_cv_.wait(lock,
                      [&] { return closing_ || claimed_ < queue_.size(); });
    const std::vector<Pending*> claimed = Claim();
    if (claimed.empty()) {
      if (closing_ && claimed_ == queue_.size()) return;
      continue;
    }
    ++prefetching_;
    lock.unlock();
    // Not ready yet, so the apply thread leaves them in the queue.
    for (Pending* pending : claimed)
      pending->read_ahead = ReadKeys(*engine_, pending->epoch,
                                     std::move(pending->transaction.keys));
    lock.lock();
    --prefetching_;
    for (Pending* pending : claimed) pending->ready = true;
    apply_cv_.notify_one();
  }
}

// Apply

bool Committer::GroupIsFull() const {
  return group_->ingest ||
         group_->outcomes.size() >= options_.max_group_commits ||
         group_->open.bytes() >= options_.max_group_bytes;
}

bool Committer::CanTake() const {
  if (queue_.empty() || !queue_.front()->ready || GroupIsFull()) return false;
  if (durable_epoch_ < barrier_ && failure_.empty()) return false;
  // A bulk load is a group of its own.
  return !queue_.front()->ingest || group_->outcomes.empty();
}

bool Committer::CanHandOver() const {
  return !group_->outcomes.empty() && slot_ == nullptr && !writing_;
}

Committer::Standing Committer::StandingNow() const {
  // Keys are claimed in order, so the front was claimed first.
  return {durable_epoch_, claimed_ > 0 ? queue_.front()->epoch : durable_epoch_,
          failure_};
}

std::vector<std::unique_ptr<Committer::Pending>> Committer::Take() {
  std::vector<std::unique_ptr<Pending>> run;
  const size_t room =
      std::min(kRun, options_.max_group_commits - group_->outcomes.size());
  while (run.size() < room && !queue_.empty() && queue_.front()->ready) {
    const bool ingest = static_cast<bool>(queue_.front()->ingest);
    if (ingest && !run.empty()) break;
    queued_keys_ -= queue_.front()->key_count;
    run.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (claimed_ > 0) --claimed_;
    if (ingest) break;
  }
  return run;
}

absl::Status Committer::RunApply(Pending& pending, const Standing& standing) {
  if (options_.prefetch_threads == 0)
    pending.read_ahead = ReadKeys(*engine_, standing.durable_epoch,
                                  std::move(pending.transaction.keys));
  RETURN_IF_ERROR(pending.read_ahead.status());
  SerialView view(*engine_, history_, group_->open, *pending.read_ahead,
                  sequence_);
  absl::Status status = pending.transaction.apply(view);
  group_->counts.stale_reads += view.stale_reads();
  group_->counts.undeclared_reads += view.undeclared_reads();
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(view.error());
  group_->open.Merge(std::move(view.changes()));
  group_->sequence_moved |= view.sequence() != sequence_;
  sequence_ = view.sequence();
  return absl::OkStatus();
}

void Committer::ApplyOne(Pending& pending, const Standing& standing) {
  absl::Status status = HasFailed(standing.failure);
  if (status.ok()) {
    if (pending.ingest) {
      group_->ingest = std::move(pending.ingest);
    } else {
      status = RunApply(pending, standing);
    }
  }
  ++(status.ok() ? group_->counts.commits : group_->counts.rejected);
  group_->outcomes.push_back(
      {std::move(pending.transaction.done), std::move(status)});
}

void Committer::ApplyLoop() {
  std::unique_lock<std::mutex> lock(mu_);
  while (true) {
    apply_cv_.wait(lock, [&] {
      return CanTake() || CanHandOver() ||
             (closing_ && queue_.empty() && group_->outcomes.empty());
    });
    if (CanHandOver()) {
      Seal(lock);
      HandOver();
    } else if (CanTake()) {
      const Standing standing = StandingNow();
      const auto run = Take();
      lock.unlock();
      history_.Forget(standing.oldest_epoch);
      for (const auto& pending : run) ApplyOne(*pending, standing);
      lock.lock();
    } else {
      break;
    }
  }
  applied_all_ = true;
  write_cv_.notify_one();
}

// Write

absl::Status Committer::WriteGroup(const Group& group) {
  RETURN_IF_ERROR(group.sealed);
  if (group.ingest) return group.ingest();
  // An apply that wrote nothing still waited for the groups before it: what it
  // saw is durable now.
  if (group.closed->empty() && !group.sequence_moved) return absl::OkStatus();
  return engine_->Write(*group.closed, group.sequence);
}

void Committer::Record(const Group& group, const absl::Status& status) {
  if (!status.ok()) {
    // Reads ahead and the open group may hold what the engine does not: from
    // here on nothing that was decided on them may be said.
    if (failure_.empty()) failure_ = status.ToString();
    return;
  }
  durable_epoch_ = group.epoch;
  stats_.commits += group.counts.commits;
  stats_.rejected += group.counts.rejected;
  stats_.stale_reads += group.counts.stale_reads;
  stats_.undeclared_reads += group.counts.undeclared_reads;
  stats_.keys_written += group.closed->values().size();
  stats_.bytes_written += group.closed->bytes();
  ++stats_.groups;
}

void Committer::WriteLoop() {
  std::unique_lock<std::mutex> lock(mu_);
  while (true) {
    write_cv_.wait(lock, [&] { return slot_ != nullptr || applied_all_; });
    if (slot_ == nullptr) return;
    const std::unique_ptr<Group> group = std::move(slot_);
    writing_ = true;
    absl::Status status = HasFailed(failure_);
    lock.unlock();
    if (status.ok()) status = WriteGroup(*group);
    lock.lock();
    writing_ = false;
    Record(*group, status);
    const std::string failure = failure_;
    apply_cv_.notify_one();
    lock.unlock();
    for (Outcome& outcome : group->outcomes)
      if (outcome.done)
        outcome.done(failure.empty() ? std::move(outcome.status)
                                     : HasFailed(failure));
    lock.lock();
    finished_ += group->outcomes.size();
    drain_cv_.notify_all();
  }
}

void Committer::Drain() {
  std::unique_lock<std::mutex> lock(mu_);
  // Transactions are finished in the order in which they were accepted.
  const uint64_t target = accepted_;
  drain_cv_.wait(lock, [&] { return finished_ >= target; });
}

StoreStats Committer::Stats() const {
  std::lock_guard<std::mutex> lock(mu_);
  StoreStats stats = stats_;
  stats.queued = queue_.size();
  stats.failed = !failure_.empty();
  return stats;
}

}  // namespace dci::storage
