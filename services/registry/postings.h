// Sorted lists of primary keys, read lazily from the index: what equality
// postings, their intersections and their unions have in common.
#ifndef CONVERGENCE_SERVICES_REGISTRY_POSTINGS_H_
#define CONVERGENCE_SERVICES_REGISTRY_POSTINGS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/registry/budget.h"
#include "services/storage/store.h"

namespace dci::registry {

// A position in ascending primary keys, each of them once. One thread.
class Postings {
 public:
  virtual ~Postings() = default;
  // False at the end, after an error, and once the budget is spent.
  virtual bool Valid() const = 0;
  // While Valid(), until the position moves.
  virtual absl::string_view key() const = 0;
  virtual void Next() = 0;
  // Goes forward to the first key not below `target`; never back.
  virtual void Seek(absl::string_view target) = 0;
  // Of the store; the budget keeps its own.
  virtual absl::Status status() const = 0;
};

// The keys that follow `prefix` in a space: the rows of one value in an index
// that is not unique, or all records of a type. `snapshot` and `budget` must
// outlive it.
std::unique_ptr<Postings> PrefixPostings(const storage::Snapshot& snapshot,
                                         storage::Space space,
                                         std::string prefix, Budget* budget);
// Keys that are known: `keys` ascending, each once.
std::unique_ptr<Postings> ListPostings(std::vector<std::string> keys);
// Keys in all of `children`, of which there is at least one: leapfrog, each
// child jumping to where the others stand.
std::unique_ptr<Postings> Intersection(
    std::vector<std::unique_ptr<Postings>> children);
// Keys in any of `children`.
std::unique_ptr<Postings> Union(
    std::vector<std::unique_ptr<Postings>> children);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_POSTINGS_H_
