// How a group is closed: sealed, and handed to the writer.
#include <algorithm>
#include <utility>

#include "services/storage/committer.h"
#include "services/storage/serial_view.h"

namespace dci::storage {

void Committer::SetSealer(Space space, std::shared_ptr<Sealer> sealer) {
  std::lock_guard<std::mutex> lock(mu_);
  sealed_space_ = space;
  sealer_ = std::move(sealer);
}

void Committer::Seal(std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<Sealer> sealer = sealer_;
  if (sealer == nullptr) return;
  const Space space = sealed_space_;
  // Hashing a full group takes milliseconds; whoever hands over a transaction
  // must not wait for it. The group may still be handed over after it: nobody
  // but this thread does.
  lock.unlock();
  std::vector<Sealer::Row> rows;
  for (const auto& [key, value] : group_->open.values())
    if (key.space == space && value.has_value())
      rows.push_back({key.key, *value});
  if (rows.empty()) return lock.lock();
  std::sort(
      rows.begin(), rows.end(),
      [](const Sealer::Row& a, const Sealer::Row& b) { return a.key < b.key; });
  const ReadAhead nothing;
  SerialView view(*engine_, history_, group_->open, nothing, sequence_);
  group_->sealed = sealer->Seal(rows, view);
  group_->sealed.Update(view.error());
  group_->open.Merge(std::move(view.changes()));
  group_->sequence_moved |= view.sequence() != sequence_;
  sequence_ = view.sequence();
  lock.lock();
}

void Committer::HandOver() {
  group_->epoch = ++epoch_;
  group_->sequence = sequence_;
  group_->closed = std::make_shared<const Overlay>(std::move(group_->open));
  if (group_->ingest) {
    history_.Add(epoch_, nullptr);
    barrier_ = epoch_;
  } else {
    history_.Add(epoch_, group_->closed);
  }
  slot_ = std::move(group_);
  group_ = std::make_unique<Group>();
  write_cv_.notify_one();
}

}  // namespace dci::storage
