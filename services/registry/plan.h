// How a query is executed.
//
// Everything that indexes answer with primary keys in order is intersected
// and united by leapfrog; the records that come out are matched against the
// whole query unless the indexes answer exactly it. Where the only bound is a
// range too large to be sorted by key, the range itself drives. Where there
// is no bound at all, the records are read through, as far as the budget goes.
#ifndef CONVERGENCE_SERVICES_REGISTRY_PLAN_H_
#define CONVERGENCE_SERVICES_REGISTRY_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/registry/access.h"
#include "services/registry/budget.h"
#include "services/registry/layout.h"
#include "services/registry/postings.h"
#include "services/registry/query.h"
#include "services/registry/record_type.h"
#include "services/storage/store.h"

namespace dci::registry {

// Rows of a range that are collected and sorted by key, at most. Beyond it
// the range drives. Twice the matches that a synchronous search counts.
inline constexpr uint64_t kMaxCollected = 20000;

struct Plan {
  enum class Drive {
    kPostings,  // `access` as sorted keys
    kRange,     // `access`, a range, in the order of its index
    kScan,      // all records of the type
  };

  Drive drive = Drive::kScan;
  std::optional<Access> access;
  // The drive gives just the records of the query: none is read to match it.
  bool exact = false;

  // "leapfrog(sex = 1 ~500, birth_date range ~80), exact": index, number of
  // values asked for, rows.
  std::string Explain() const;
};

// Errors are those of the store.
absl::StatusOr<Plan> MakePlan(const Query& query, const RecordType& type,
                              const Spaces& spaces,
                              const storage::Snapshot& snapshot);

// The keys of a plan that does not drive by a range, ascending. Spends the
// budget for every row it passes; also while it is being made, where ranges
// are collected.
absl::StatusOr<std::unique_ptr<Postings>> OpenPostings(
    const Plan& plan, const RecordType& type, const Spaces& spaces,
    const storage::Snapshot& snapshot, Budget* budget);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_PLAN_H_
