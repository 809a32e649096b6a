// Which part of a query the indexes can answer.
#ifndef CONVERGENCE_SERVICES_REGISTRY_ACCESS_H_
#define CONVERGENCE_SERVICES_REGISTRY_ACCESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/registry/layout.h"
#include "services/registry/query.h"
#include "services/registry/record_type.h"
#include "services/storage/store.h"

namespace dci::registry {

// A set of records that indexes give: exactly those of a query, or more.
struct Access {
  enum class Kind {
    kValues,  // rows of the index that begin with one of `prefixes`
    kRange,   // rows of the index from `begin` on and before `end`
    kAnd,
    kOr,
  };

  Kind kind = Kind::kAnd;
  const IndexInfo* index = nullptr;
  std::vector<std::string> prefixes;
  std::string begin, end;
  std::vector<Access> children;
  // Gives the records of its query and no other.
  bool exact = true;
  // Rows to pass over, about, and counted only as far as they tell whether a
  // range is used; 0 where nothing depends on it.
  uint64_t estimate = 0;
};

// What ready indexes give for the query; nothing where they give no bound (a
// negation, an attribute without index, one such within an `or`). Ranges on
// the same index are joined where a record has only one value. Where there
// are ranges the snapshot is asked for estimates.
absl::StatusOr<std::optional<Access>> FindAccess(
    const Query& query, const RecordType& type, const Spaces& spaces,
    const storage::Snapshot& snapshot);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_ACCESS_H_
