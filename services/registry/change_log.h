// Reading the changes of one registry, in the order in which they were made.
#ifndef CONVERGENCE_SERVICES_REGISTRY_CHANGE_LOG_H_
#define CONVERGENCE_SERVICES_REGISTRY_CHANGE_LOG_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "services/registry/event_types.h"
#include "services/registry/layout.h"
#include "services/registry/record_type.h"
#include "services/registry/state.pb.h"
#include "services/storage/store.h"

namespace dci::registry {

// A walk over the log of a snapshot. Changes of other registries in the same
// store are passed over. One thread.
class ChangeReader {
 public:
  // Stands on the first change after number `after`. `catalog` outlives this.
  ChangeReader(const storage::Snapshot& snapshot, const Spaces& spaces,
               const Catalog& catalog, uint64_t after);

  // False at the end, and after an error; see status().
  bool Valid() const { return valid_; }
  void Next();
  absl::Status status() const { return status_; }

  // While Valid().
  uint64_t sequence() const { return sequence_; }
  const state::Change& change() const { return change_; }
  ChangeView view() const;
  // Number of the last row looked at, of whatever registry; at the end all
  // rows up to the end of the log were.
  uint64_t passed() const { return passed_; }

 private:
  void Find();

  const Catalog& catalog_;
  const std::unique_ptr<storage::Cursor> cursor_;
  bool valid_ = false;
  absl::Status status_;
  uint64_t sequence_ = 0;
  uint64_t passed_;
  state::Change change_;
};

// One change; nothing where the log does not hold it any more.
absl::StatusOr<std::optional<state::Change>> ReadChange(
    const storage::View& view, const Spaces& spaces, uint64_t sequence);

ChangeView ViewOf(const state::Change& change);

// Number of the last change in the store's log; 0 where there is none.
absl::StatusOr<uint64_t> LastChange(const storage::Snapshot& snapshot,
                                    const Spaces& spaces);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_CHANGE_LOG_H_
