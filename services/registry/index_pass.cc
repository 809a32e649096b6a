#include "services/registry/index_pass.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/schema_state.h"
#include "services/registry/writer.h"

namespace dci::registry {
namespace {

struct Row {
  std::string primary_key;
  std::string record;
};

// Some records of a type, and whether they are its last.
struct Batch {
  std::vector<Row> rows;
  bool last = false;
};

absl::StatusOr<Batch> ReadBatch(const storage::Snapshot& snapshot,
                                const Spaces& spaces, const RecordType& type,
                                absl::string_view after, int max_records) {
  const std::string prefix = IdPrefix(type.id);
  storage::ScanOptions range =
      storage::ScanOptions::Prefix(spaces.records, prefix);
  // The least key beyond `after`.
  if (!after.empty())
    range.begin = absl::StrCat(prefix, after, absl::string_view("\0", 1));
  auto cursor = snapshot.Scan(range);
  Batch batch;
  for (; cursor->Valid() && static_cast<int>(batch.rows.size()) < max_records;
       cursor->Next())
    batch.rows.push_back({std::string(cursor->key().substr(prefix.size())),
                          std::string(cursor->value())});
  batch.last = !cursor->Valid();
  RETURN_IF_ERROR(cursor->status());
  return batch;
}

class Step {
 public:
  Step(storage::Store& store, const Spaces& spaces, const Catalog& catalog,
       const wire::Codec& codec, absl::Time now, int max_records)
      : store_(store),
        spaces_(spaces),
        catalog_(catalog),
        codec_(codec),
        now_(now),
        max_records_(max_records),
        key_(StateKey(*catalog.service)) {}

  absl::StatusOr<PassStats> Run() {
    ASSIGN_OR_RETURN(const std::optional<std::string> row,
                     store_.GetSnapshot()->Get(spaces_.meta, key_));
    if (!row.has_value() || !state_.ParseFromString(*row))
      return absl::DataLossError("registry_meta: a registry cannot be read");
    if (!state_.dropped_index_ids().empty()) {
      RETURN_IF_ERROR(DeleteDropped());
      return stats_;
    }
    for (state::RecordType& type : *state_.mutable_types()) {
      const RecordType* known = catalog_.FindById(type.id());
      if (known == nullptr) continue;
      ASSIGN_OR_RETURN(const bool worked, StepOf(*known, &type));
      if (worked) return stats_;
    }
    stats_.done = true;
    return stats_;
  }

 private:
  using Apply = std::function<absl::Status(storage::CommitView&)>;

  // Commits `apply` and the state as it stands.
  absl::Status Commit(std::vector<storage::Key> keys, const Apply& apply) {
    return storage::CommitAndWait(
        store_, std::move(keys), [&](storage::CommitView& view) {
          RETURN_IF_ERROR(apply(view));
          view.Put(spaces_.meta, key_, state_.SerializeAsString());
          return absl::OkStatus();
        });
  }

  absl::Status DeleteDropped() {
    const std::vector<uint32_t> ids(state_.dropped_index_ids().begin(),
                                    state_.dropped_index_ids().end());
    state_.clear_dropped_index_ids();
    return Commit({}, [&](storage::CommitView& view) {
      for (uint32_t id : ids)
        view.DeleteRange(spaces_.index, IdPrefix(id), PrefixEnd(IdPrefix(id)));
      return absl::OkStatus();
    });
  }

  // False where the type has nothing to do, or nothing that can be done.
  absl::StatusOr<bool> StepOf(const RecordType& type,
                              state::RecordType* state) {
    if (state->rewriting()) {
      RETURN_IF_ERROR(Rewrite(type, state));
      return true;
    }
    for (state::Index& index : *state->mutable_indexes()) {
      if (index.ready()) continue;
      const absl::Status filled = Fill(type, &index);
      if (filled.ok()) return true;
      if (!absl::IsAlreadyExists(filled)) return filled;
      stats_.stuck.push_back(absl::StrCat(type.name(), ".", index.name()));
    }
    return false;
  }

  absl::Status Fill(const RecordType& type, state::Index* state) {
    const IndexInfo* index = nullptr;
    for (const IndexInfo& info : type.indexes)
      if (info.id == state->id()) index = &info;
    const state::Index before = *state;
    ASSIGN_OR_RETURN(const Batch batch,
                     ReadBatch(*store_.GetSnapshot(), spaces_, type,
                               state->position(), max_records_));
    if (!batch.rows.empty()) state->set_position(batch.rows.back().primary_key);
    if (batch.last) {
      state->set_ready(true);
      state->clear_position();
    }
    absl::Status status =
        Commit(RecordKeys(type, batch), [&](storage::CommitView& view) {
          for (const Row& row : batch.rows)
            RETURN_IF_ERROR(FillOne(type, *index, row.primary_key, view));
          return absl::OkStatus();
        });
    if (!status.ok()) *state = before;
    stats_.records += batch.rows.size();
    return status;
  }

  // The record as it is now: the snapshot may be behind.
  absl::Status FillOne(const RecordType& type, const IndexInfo& index,
                       absl::string_view primary_key,
                       storage::CommitView& view) const {
    ASSIGN_OR_RETURN(const std::optional<std::string> record,
                     view.Get(spaces_.records, RecordKey(type, primary_key)));
    if (!record.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<IndexRow> rows,
                     IndexRows(index, *record, primary_key));
    for (const IndexRow& row : rows) {
      if (row.unique) {
        ASSIGN_OR_RETURN(const std::optional<std::string> holder,
                         view.Get(spaces_.index, row.key));
        if (holder.has_value() && *holder != primary_key)
          return absl::AlreadyExistsError(index.schema->name);
      }
      view.Put(spaces_.index, row.key, row.value);
    }
    return absl::OkStatus();
  }

  std::vector<storage::Key> RecordKeys(const RecordType& type,
                                       const Batch& batch) const {
    std::vector<storage::Key> keys;
    for (const Row& row : batch.rows)
      keys.push_back({spaces_.records, RecordKey(type, row.primary_key)});
    return keys;
  }

  absl::Status Rewrite(const RecordType& type, state::RecordType* state) {
    ASSIGN_OR_RETURN(const Batch batch,
                     ReadBatch(*store_.GetSnapshot(), spaces_, type,
                               state->position(), max_records_));
    std::vector<std::pair<const Row*, RecordChange>> changes;
    for (const Row& row : batch.rows) {
      ASSIGN_OR_RETURN(std::optional<RecordChange> change, Reread(type, row));
      if (change.has_value()) changes.emplace_back(&row, *std::move(change));
    }
    if (!batch.rows.empty()) state->set_position(batch.rows.back().primary_key);
    if (batch.last) {
      state->set_rewriting(false);
      state->clear_position();
    }
    stats_.records += batch.rows.size();
    return Commit(RecordKeys(type, batch), [&](storage::CommitView& view) {
      for (const auto& [row, change] : changes)
        RETURN_IF_ERROR(RewriteOne(type, *row, change, view));
      return absl::OkStatus();
    });
  }

  // The record through the codec and back: what was unknown and is a field
  // now is read as one. Nothing where that changes nothing, or would change
  // which record it is.
  absl::StatusOr<std::optional<RecordChange>> Reread(const RecordType& type,
                                                     const Row& row) const {
    std::string json;
    RETURN_IF_ERROR(codec_.WireToJson(*type.message, row.record,
                                      schema::Dialect::kC25, &json));
    ASSIGN_OR_RETURN(std::string record,
                     codec_.JsonToWire(*type.message, json, nullptr));
    if (record == row.record) return std::nullopt;
    absl::StatusOr<RecordChange> change =
        PrepareUpsert(type, std::move(record));
    if (!change.ok() || change->primary_key != row.primary_key)
      return std::nullopt;
    change->log = false;
    return *std::move(change);
  }

  // A record that was written meanwhile was written by this schema.
  absl::Status RewriteOne(const RecordType& type, const Row& row,
                          const RecordChange& change,
                          storage::CommitView& view) const {
    ASSIGN_OR_RETURN(
        const std::optional<std::string> held,
        view.Get(spaces_.records, RecordKey(type, row.primary_key)));
    if (held != row.record) return absl::OkStatus();
    const absl::StatusOr<Outcome> outcome =
        dci::registry::Apply(spaces_, change, now_, view);
    // A value that has become readable and is another record's: this record
    // stays as it was.
    if (absl::IsAlreadyExists(outcome.status())) return absl::OkStatus();
    return outcome.status();
  }

  storage::Store& store_;
  const Spaces& spaces_;
  const Catalog& catalog_;
  const wire::Codec& codec_;
  const absl::Time now_;
  const int max_records_;
  const std::string key_;
  state::Registry state_;
  PassStats stats_;
};

}  // namespace

absl::StatusOr<PassStats> TakeIndexStep(storage::Store& store,
                                        const Spaces& spaces,
                                        const Catalog& catalog,
                                        const wire::Codec& codec,
                                        absl::Time now, int max_records) {
  return Step(store, spaces, catalog, codec, now, max_records).Run();
}

}  // namespace dci::registry
