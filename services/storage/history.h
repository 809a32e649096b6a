// The changes of the last groups, to correct what was read ahead of them.
#ifndef CONVERGENCE_SERVICES_STORAGE_HISTORY_H_
#define CONVERGENCE_SERVICES_STORAGE_HISTORY_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/storage/overlay.h"

namespace dci::storage {

// Groups are numbered by epochs, 1, 2, 3 …. A value read when the groups up to
// epoch e were durable is right as long as no later group changed its key.
// Not thread-safe.
class History {
 public:
  struct Answer {
    enum Kind {
      kUnchanged,  // what was read at `since` still holds
      kChanged,    // `value` is the newest state
      kAskEngine,  // changed by a bulk load: only the engine knows
    } kind;
    std::optional<absl::string_view> value;
  };

  // The groups after `since` in which the key was changed decide, the newest
  // first. Views live until the next non-const call.
  Answer Find(KeyView key, uint64_t since) const;

  // Epochs ascend. Without changes: a bulk load, durable by the next Find.
  void Add(uint64_t epoch, std::shared_ptr<const Overlay> changes);
  // Forgets the groups up to `epoch`: nobody asks for less any more.
  void Forget(uint64_t epoch);

 private:
  struct Group {
    uint64_t epoch;
    std::shared_ptr<const Overlay> changes;
  };
  std::deque<Group> groups_;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_HISTORY_H_
