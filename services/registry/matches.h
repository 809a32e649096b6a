// The records that satisfy a query, one after another, in some order.
#ifndef CONVERGENCE_SERVICES_REGISTRY_MATCHES_H_
#define CONVERGENCE_SERVICES_REGISTRY_MATCHES_H_

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/budget.h"
#include "services/registry/layout.h"
#include "services/registry/plan.h"
#include "services/registry/query.h"
#include "services/registry/record_type.h"
#include "services/storage/store.h"

namespace dci::registry {

// What a search works on. Everything must outlive what is made from it.
struct SearchScope {
  const RecordType* type;
  const Query* query;
  const Spaces* spaces;
  const storage::Snapshot* snapshot;
  Budget* budget;
};

// One thread.
class MatchStream {
 public:
  virtual ~MatchStream() = default;
  virtual bool Valid() const = 0;
  virtual absl::string_view primary_key() const = 0;
  // Gives this place back to the function that made the stream, to go on
  // after it, whatever was written since.
  virtual std::string position() const = 0;
  virtual void Next() = 0;
  // Of the store, and of the budget.
  virtual absl::Status status() const = 0;
};

// By primary key, after `position` where that is not empty.
absl::StatusOr<std::unique_ptr<MatchStream>> MatchesByKey(
    const SearchScope& scope, const Plan& plan, absl::string_view position);

// A walk over a range index, or a part of it that has a row of every match.
struct IndexOrder {
  const IndexInfo* index = nullptr;
  // The part, as a driving plan has it; empty: all of the index, and then the
  // records without a row.
  std::string begin, end;
  bool descending = false;
};
// In the order of the index, each record at the first of its rows; records
// without a row, by key, after all others. A position serves the whole index
// and its parts alike.
absl::StatusOr<std::unique_ptr<MatchStream>> MatchesByIndex(
    const SearchScope& scope, const Plan& plan, const IndexOrder& order,
    absl::string_view position);

// Calls `use` with a record of the snapshot; returns false, without a call,
// where there is none.
absl::StatusOr<bool> WithRecord(const SearchScope& scope,
                                absl::string_view primary_key,
                                absl::FunctionRef<void(absl::string_view)> use);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_MATCHES_H_
