// An Engine that keeps every version a snapshot may still ask for.
#ifndef CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_ENGINE_H_
#define CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/storage/engine.h"
#include "services/storage/memory/version_map.h"

namespace dci::storage {

class MemoryEngine final : public Engine,
                           public std::enable_shared_from_this<MemoryEngine> {
 public:
  explicit MemoryEngine(std::vector<std::string> spaces)
      : names_(std::move(spaces)), maps_(names_.size()) {}

  absl::StatusOr<Space> FindSpace(absl::string_view name) const override;
  size_t space_count() const override { return names_.size(); }
  absl::Status Read(Space space, absl::Span<const absl::string_view> keys,
                    View::Visitor visit) const override;
  std::unique_ptr<Snapshot> GetSnapshot() const override;
  absl::StatusOr<uint64_t> LastSequence() const override;
  absl::Status Write(const Overlay& changes, uint64_t sequence) override;
  absl::StatusOr<std::function<absl::Status()>> PrepareIngest(
      std::vector<Entry> entries) override;

  // As Read, at a version that is pinned.
  absl::Status ReadAt(uint64_t version, Space space,
                      absl::Span<const absl::string_view> keys,
                      View::Visitor visit) const;
  // Keeps the newest version, or one already pinned, readable until Unpin.
  uint64_t Pin() const;
  void Repin(uint64_t version) const;
  void Unpin(uint64_t version) const;

  // Runs `f` on the map of a space while nothing is written. `f` must not
  // call the engine.
  template <typename F>
  void WithMap(Space space, F f) const {
    std::lock_guard<std::mutex> lock(mu_);
    f(maps_[space.id]);
  }

 private:
  uint64_t Oldest() const;  // under mu_

  const std::vector<std::string> names_;
  mutable std::mutex mu_;
  // Guarded by mu_. Mutable, because letting a snapshot go collects garbage.
  mutable std::vector<VersionMap> maps_;
  mutable std::multiset<uint64_t> pinned_;
  uint64_t version_ = 0;
  uint64_t sequence_ = 0;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_ENGINE_H_
