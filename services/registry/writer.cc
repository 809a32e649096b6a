#include "services/registry/writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/registry/state.pb.h"
#include "services/wire/wire_bytes.h"

namespace dci::registry {
namespace {

absl::Status CheckVersion(const RecordChange& change,
                          const std::optional<std::string>& old) {
  if (!change.expected_version.has_value()) return absl::OkStatus();
  const std::string held = old.has_value() ? Version(*old) : "";
  if (held == *change.expected_version) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("the ", change.type->name(), " was changed meanwhile"));
}

// The error names the index and not the value, which may be personal.
absl::Status CheckUnique(const Spaces& spaces, const RecordChange& change,
                         const storage::CommitView& view) {
  for (const IndexRow& row : change.rows) {
    if (!row.unique) continue;
    ASSIGN_OR_RETURN(const std::optional<std::string> holder,
                     view.Get(spaces.index, row.key));
    if (holder.has_value() && *holder != change.primary_key)
      return absl::AlreadyExistsError(
          absl::StrCat("another ", change.type->name(),
                       " has a value of index ", row.index->name));
  }
  return absl::OkStatus();
}

absl::Status WriteIndexes(const Spaces& spaces, const RecordChange& change,
                          const std::optional<std::string>& old,
                          storage::CommitView& view) {
  std::vector<IndexRow> before;
  if (old.has_value()) {
    ASSIGN_OR_RETURN(before,
                     AllIndexRows(*change.type, *old, change.primary_key));
  }
  std::vector<IndexRow> gone, added;
  std::set_difference(before.begin(), before.end(), change.rows.begin(),
                      change.rows.end(), std::back_inserter(gone));
  std::set_difference(change.rows.begin(), change.rows.end(), before.begin(),
                      before.end(), std::back_inserter(added));
  for (const IndexRow& row : gone) {
    if (row.unique) {
      // While a unique index is being filled, another record may hold it.
      ASSIGN_OR_RETURN(const std::optional<std::string> holder,
                       view.Get(spaces.index, row.key));
      if (holder != change.primary_key) continue;
    }
    view.Delete(spaces.index, row.key);
  }
  for (const IndexRow& row : added) view.Put(spaces.index, row.key, row.value);
  return absl::OkStatus();
}

void WriteChange(const Spaces& spaces, const RecordChange& change,
                 std::optional<std::string> old, absl::Time now,
                 storage::CommitView& view) {
  state::Change row;
  row.set_type_id(change.type->id);
  row.set_primary_key(change.primary_key);
  if (old.has_value()) row.set_before(*std::move(old));
  if (change.record.has_value()) row.set_after(*change.record);
  row.set_time_us(absl::ToUnixMicros(now));
  view.Put(spaces.changes, ChangeKey(view.NextSequence()),
           row.SerializeAsString());
}

}  // namespace

std::vector<storage::Key> RecordChange::Keys(const Spaces& spaces) const {
  std::vector<storage::Key> keys = {
      {spaces.records, RecordKey(*type, primary_key)}};
  for (const IndexRow& row : rows)
    if (row.unique) keys.push_back({spaces.index, row.key});
  return keys;
}

std::string Version(absl::string_view record) {
  return Sha256(record).substr(0, 16);
}

absl::StatusOr<RecordChange> PrepareUpsert(const RecordType& type,
                                           std::string record) {
  wire::WireReader reader(record);
  while (reader.Next()) {
  }
  if (!reader.ok())
    return absl::InvalidArgumentError(
        absl::StrCat("bytes that are no ", type.name()));
  RecordChange change;
  change.type = &type;
  ASSIGN_OR_RETURN(change.primary_key, PrimaryKey(type, record));
  ASSIGN_OR_RETURN(change.rows, AllIndexRows(type, record, change.primary_key));
  change.record = std::move(record);
  return change;
}

RecordChange PrepareDelete(const RecordType& type, std::string primary_key) {
  RecordChange change;
  change.type = &type;
  change.primary_key = std::move(primary_key);
  return change;
}

absl::StatusOr<Outcome> Apply(const Spaces& spaces, const RecordChange& change,
                              absl::Time now, storage::CommitView& view) {
  const std::string key = RecordKey(*change.type, change.primary_key);
  ASSIGN_OR_RETURN(std::optional<std::string> old,
                   view.Get(spaces.records, key));
  RETURN_IF_ERROR(CheckVersion(change, old));
  if (!old.has_value() && !change.record.has_value()) return Outcome::kAbsent;
  if (old == change.record) return Outcome::kUnchanged;
  RETURN_IF_ERROR(CheckUnique(spaces, change, view));
  RETURN_IF_ERROR(WriteIndexes(spaces, change, old, view));
  const Outcome outcome = !change.record.has_value() ? Outcome::kDeleted
                          : old.has_value()          ? Outcome::kReplaced
                                                     : Outcome::kCreated;
  if (change.record.has_value()) {
    view.Put(spaces.records, key, *change.record);
  } else {
    view.Delete(spaces.records, key);
  }
  if (change.log) WriteChange(spaces, change, std::move(old), now, view);
  return outcome;
}

}  // namespace dci::registry
