#include "services/storage/memory/memory_engine.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/storage/memory/memory_snapshot.h"

namespace dci::storage {

absl::StatusOr<Space> MemoryEngine::FindSpace(absl::string_view name) const {
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) return Space{static_cast<uint8_t>(i)};
  return absl::NotFoundError(absl::StrCat("no space ", name));
}

absl::Status MemoryEngine::Read(Space space,
                                absl::Span<const absl::string_view> keys,
                                View::Visitor visit) const {
  const uint64_t version = Pin();
  absl::Status status = ReadAt(version, space, keys, visit);
  Unpin(version);
  return status;
}

absl::Status MemoryEngine::ReadAt(uint64_t version, Space space,
                                  absl::Span<const absl::string_view> keys,
                                  View::Visitor visit) const {
  if (space.id >= maps_.size())
    return absl::InternalError(absl::StrCat("unknown space ", space.id));
  // Copied, so that the visitor runs without our lock.
  std::vector<std::optional<std::string>> values(keys.size());
  WithMap(space, [&](const VersionMap& map) {
    for (size_t i = 0; i < keys.size(); ++i)
      if (const std::string* value = map.Find(keys[i], version))
        values[i] = *value;
  });
  for (size_t i = 0; i < keys.size(); ++i)
    visit(i, values[i].has_value()
                 ? std::optional<absl::string_view>(*values[i])
                 : std::nullopt);
  return absl::OkStatus();
}

std::unique_ptr<Snapshot> MemoryEngine::GetSnapshot() const {
  return NewMemorySnapshot(shared_from_this());
}

uint64_t MemoryEngine::Oldest() const {
  return pinned_.empty() ? version_ : *pinned_.begin();
}

uint64_t MemoryEngine::Pin() const {
  std::lock_guard<std::mutex> lock(mu_);
  pinned_.insert(version_);
  return version_;
}

void MemoryEngine::Repin(uint64_t version) const {
  std::lock_guard<std::mutex> lock(mu_);
  pinned_.insert(version);
}

void MemoryEngine::Unpin(uint64_t version) const {
  std::lock_guard<std::mutex> lock(mu_);
  const uint64_t before = Oldest();
  pinned_.erase(pinned_.find(version));
  if (Oldest() == before) return;
  for (VersionMap& map : maps_) map.Collect(Oldest());
}

absl::StatusOr<uint64_t> MemoryEngine::LastSequence() const {
  std::lock_guard<std::mutex> lock(mu_);
  return sequence_;
}

absl::Status MemoryEngine::Write(const Overlay& changes, uint64_t sequence) {
  std::lock_guard<std::mutex> lock(mu_);
  const uint64_t version = version_ + 1;
  const uint64_t oldest = pinned_.empty() ? version : Oldest();
  for (const KeyRange& range : changes.ranges())
    maps_[range.space.id].DeleteRange(range.begin, range.end, version, oldest);
  for (const auto& [key, value] : changes.values())
    maps_[key.space.id].Write(key.key, value, version, oldest);
  version_ = version;
  sequence_ = sequence;
  return absl::OkStatus();
}

absl::StatusOr<std::function<absl::Status()>> MemoryEngine::PrepareIngest(
    std::vector<Entry> entries) {
  auto changes = std::make_shared<Overlay>();
  for (const Entry& e : entries) changes->Put({e.space, e.key}, e.value);
  return std::function<absl::Status()>([this, changes]() -> absl::Status {
    ASSIGN_OR_RETURN(const uint64_t sequence, LastSequence());
    return Write(*changes, sequence);
  });
}

}  // namespace dci::storage
