// What an engine must be able to do; the committer makes a Store of it.
#ifndef CONVERGENCE_SERVICES_STORAGE_ENGINE_H_
#define CONVERGENCE_SERVICES_STORAGE_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/storage/overlay.h"
#include "services/storage/store.h"

namespace dci::storage {

// Ordered spaces with snapshots and an atomic, durable write. Reading is
// thread-safe and goes on while one thread writes.
class Engine {
 public:
  virtual ~Engine() = default;

  // The space with this name, or NOT_FOUND. Ids run from 0 to the number of
  // spaces less one; others are never written, and reading them is INTERNAL.
  virtual absl::StatusOr<Space> FindSpace(absl::string_view name) const = 0;
  virtual size_t space_count() const = 0;

  // As View::Visit, on the newest durable state.
  virtual absl::Status Read(Space space,
                            absl::Span<const absl::string_view> keys,
                            View::Visitor visit) const = 0;

  // The newest durable state. Keeps the engine alive.
  virtual std::unique_ptr<Snapshot> GetSnapshot() const = 0;

  // The number given to the last successful Write; 0 in a new store.
  virtual absl::StatusOr<uint64_t> LastSequence() const = 0;

  // Makes all changes and the number durable, then visible, at once. After an
  // error the committer writes no more.
  virtual absl::Status Write(const Overlay& changes, uint64_t sequence) = 0;

  // Does the slow part of loading entries, which are in order and unique, on
  // the caller's thread; what it returns does the rest, as one atomic and
  // durable write, and is called at most once, in turn with Write.
  virtual absl::StatusOr<std::function<absl::Status()>> PrepareIngest(
      std::vector<Entry> entries) = 0;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_ENGINE_H_
