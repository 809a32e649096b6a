// Changes of records, as pure functions for a storage commit.
//
//   ASSIGN_OR_RETURN(RecordChange change, PrepareUpsert(type, bytes));
//   store->Commit({.keys = change.Keys(spaces),
//                  .apply = [=](storage::CommitView& view) {
//                    return Apply(spaces, change, now, view).status();
//                  },
//                  .done = …});
#ifndef CONVERGENCE_SERVICES_REGISTRY_WRITER_H_
#define CONVERGENCE_SERVICES_REGISTRY_WRITER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/registry/layout.h"
#include "services/registry/record_type.h"
#include "services/storage/store.h"

namespace dci::registry {

// What is decided about one record outside the serial stage.
struct RecordChange {
  // Of a catalog that must outlive the change; `keep` may hold it.
  const RecordType* type = nullptr;
  std::shared_ptr<const void> keep;
  std::string primary_key;
  std::optional<std::string> record;  // absent: the record is deleted
  std::vector<IndexRow> rows;         // of the new record
  // Version() of the record as the writer knows it, "" for none; the change
  // is refused where the store holds another. Absent: whatever it holds.
  std::optional<std::string> expected_version;
  // Takes a change row. Off for rewriting that changes nothing in meaning.
  bool log = true;

  // The keys to declare for Apply.
  std::vector<storage::Key> Keys(const Spaces& spaces) const;
};

// Stands for the content of a record, as an ETag does.
std::string Version(absl::string_view record);

// `record` holds wire bytes of the type's message. INVALID_ARGUMENT where its
// key is incomplete, a value is too long for its index, or the bytes are no
// message; RESOURCE_EXHAUSTED where it has too many index values.
absl::StatusOr<RecordChange> PrepareUpsert(const RecordType& type,
                                           std::string record);
RecordChange PrepareDelete(const RecordType& type, std::string primary_key);

enum class Outcome { kCreated, kReplaced, kUnchanged, kDeleted, kAbsent };

// Writes the record, the difference of its index rows, and one change row.
// An equal record, and deleting one that is not there, write nothing.
//
// ALREADY_EXISTS names the unique index of which another record holds a value;
// ABORTED where the store holds another version than expected. On an error
// nothing may be committed of the whole transaction.
absl::StatusOr<Outcome> Apply(const Spaces& spaces, const RecordChange& change,
                              absl::Time now, storage::CommitView& view);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_WRITER_H_
