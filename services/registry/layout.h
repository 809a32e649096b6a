// Where a registry keeps what, in the store's spaces.
//
//   registry_records  type id, primary key                  -> wire bytes
//   registry_index    index id, values, primary key         -> nothing
//                     index id, values     (unique index)   -> primary key
//   registry_changes  sequence                              -> state::Change
//   registry_meta     service name                          -> state::Registry
//   registry_subscriptions                                  subscription_rows.h
//
// Ids are four bytes, given once per store and never again; values and the
// parts of a primary key are ordered pieces (services/base/bytes.h) of normal
// forms.
#ifndef CONVERGENCE_SERVICES_REGISTRY_LAYOUT_H_
#define CONVERGENCE_SERVICES_REGISTRY_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/storage/store.h"

namespace dci::registry {

// The spaces a store must be opened with to hold registries.
std::vector<std::string> SpaceNames();

struct Spaces {
  storage::Space records;
  storage::Space index;
  storage::Space changes;
  storage::Space meta;
  storage::Space subscriptions;
};
// NOT_FOUND where the store was opened without one of them.
absl::StatusOr<Spaces> FindSpaces(const storage::Store& store);

// Four bytes, most significant first: the beginning of every key of a record
// type or an index.
std::string IdPrefix(uint32_t id);

// The key of change `sequence`.
std::string ChangeKey(uint64_t sequence);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_LAYOUT_H_
