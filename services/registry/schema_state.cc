#include "services/registry/schema_state.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/registry/extract.h"
#include "services/registry/normal_form.h"
#include "services/schema/compat.h"

namespace dci::registry {
namespace {

constexpr char kIdsKey[] = "ids";

// Ids given out within one commit.
class IdSource {
 public:
  IdSource(const Spaces& spaces, storage::CommitView& view)
      : spaces_(spaces), view_(view) {}

  absl::Status Load() {
    ASSIGN_OR_RETURN(const std::optional<std::string> row,
                     view_.Get(spaces_.meta, kIdsKey));
    if (row.has_value() && !ids_.ParseFromString(*row))
      return absl::DataLossError("registry_meta: ids cannot be read");
    return absl::OkStatus();
  }
  uint32_t Next() {
    ids_.set_next(ids_.next() + 1);
    return ids_.next();
  }
  void Save() { view_.Put(spaces_.meta, kIdsKey, ids_.SerializeAsString()); }

 private:
  const Spaces& spaces_;
  storage::CommitView& view_;
  state::Ids ids_;
};

absl::StatusOr<state::Registry> Parse(const std::optional<std::string>& row) {
  state::Registry state;
  if (row.has_value() && !state.ParseFromString(*row))
    return absl::DataLossError("registry_meta: a registry cannot be read");
  return state;
}

absl::Status CheckCompatible(const state::Registry& state,
                             const schema::Model& model) {
  if (state.descriptor_set().empty() || state.schema_hash() == model.hash())
    return absl::OkStatus();
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromString(state.descriptor_set()))
    return absl::DataLossError("registry_meta: a schema cannot be read");
  ASSIGN_OR_RETURN(const std::unique_ptr<const schema::Model> stored,
                   schema::Model::BuildFromSet(set));
  const std::vector<std::string> differences =
      schema::Incompatibilities(*stored, model);
  if (differences.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the store holds records of another schema:\n",
                   absl::StrJoin(differences, "\n")));
}

state::RecordType* FindType(state::Registry* state, absl::string_view message) {
  for (state::RecordType& type : *state->mutable_types())
    if (type.message() == message) return &type;
  return nullptr;
}

// Indexes as the schema has them now: those that are as before keep id and
// progress, the others begin.
void UpdateIndexes(const schema::Record& record, bool empty, IdSource* ids,
                   state::RecordType* type, state::Registry* state) {
  google::protobuf::RepeatedPtrField<state::Index> before;
  before.Swap(type->mutable_indexes());
  for (const schema::Index& index : record.indexes) {
    const std::string definition = Definition(index);
    auto same = std::find_if(
        before.begin(), before.end(), [&](const state::Index& old) {
          return old.name() == index.name && old.definition() == definition;
        });
    state::Index* now = type->add_indexes();
    if (same != before.end()) {
      now->Swap(&*same);
      same->clear_id();
      continue;
    }
    now->set_name(index.name);
    now->set_id(ids->Next());
    now->set_definition(definition);
    now->set_ready(empty);
  }
  for (const state::Index& old : before)
    if (old.id() != 0) state->add_dropped_index_ids(old.id());
}

absl::StatusOr<state::Registry> Update(const Spaces& spaces,
                                       const schema::Model& model,
                                       const schema::Service& service,
                                       storage::CommitView& view) {
  ASSIGN_OR_RETURN(const std::optional<std::string> row,
                   view.Get(spaces.meta, StateKey(service)));
  ASSIGN_OR_RETURN(state::Registry state, Parse(row));
  IdSource ids(spaces, view);
  RETURN_IF_ERROR(ids.Load());
  const bool changed =
      state.schema_hash() != model.hash() || state.cursor_key().empty();
  if (!changed) return state;
  if (state.cursor_key().empty()) state.set_cursor_key(Sealer::NewKey());
  for (const schema::Message* message : service.records) {
    state::RecordType* type = FindType(&state, message->full_name);
    const bool is_new = type == nullptr;
    if (is_new) {
      type = state.add_types();
      type->set_message(message->full_name);
      type->set_id(ids.Next());
    }
    UpdateIndexes(*message->record, is_new, &ids, type, &state);
    type->set_rewriting(!is_new);
    type->clear_position();
  }
  state.set_descriptor_set(model.descriptor_set());
  state.set_schema_hash(model.hash());
  ids.Save();
  view.Put(spaces.meta, StateKey(service), state.SerializeAsString());
  return state;
}

}  // namespace

std::string Definition(const schema::Index& index) {
  std::string text = index.unique ? "unique" : "plain";
  for (const schema::Path& path : index.paths) {
    const schema::Field& leaf = path.leaf();
    for (const schema::Field* field : path.fields)
      absl::StrAppend(&text, ".", field->number);
    absl::StrAppend(&text, ":", static_cast<int>(ValueKindOf(leaf)));
    if (leaf.code_list == nullptr) continue;
    std::string codes;
    for (const schema::Code& code : leaf.code_list->codes)
      absl::StrAppend(&codes, code.code, "\n", code.label, "\n",
                      absl::StrJoin(code.aliases, "\n"), "\n\n");
    absl::StrAppend(&text, absl::BytesToHexString(Sha256(codes)));
  }
  // Whether it serves ranges too changes no row.
  return text;
}

std::string StateKey(const schema::Service& service) {
  return absl::StrCat("registry/", service.full_name);
}

absl::StatusOr<state::Registry> OpenState(storage::Store& store,
                                          const Spaces& spaces,
                                          const schema::Model& model,
                                          const schema::Service& service) {
  const std::string key = StateKey(service);
  ASSIGN_OR_RETURN(const std::optional<std::string> row,
                   store.GetSnapshot()->Get(spaces.meta, key));
  ASSIGN_OR_RETURN(const state::Registry before, Parse(row));
  RETURN_IF_ERROR(CheckCompatible(before, model));
  state::Registry result;
  RETURN_IF_ERROR(storage::CommitAndWait(
      store, {{spaces.meta, key}, {spaces.meta, kIdsKey}},
      [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(result, Update(spaces, model, service, view));
        return absl::OkStatus();
      }));
  return result;
}

std::shared_ptr<const Catalog> MakeCatalog(const schema::Model& model,
                                           const schema::Service& service,
                                           const state::Registry& state) {
  auto catalog = std::make_shared<Catalog>();
  catalog->model = &model;
  catalog->service = &service;
  catalog->cursors = std::make_shared<Sealer>(state.cursor_key());
  for (const schema::Message* message : service.records) {
    for (const state::RecordType& stored : state.types()) {
      if (stored.message() != message->full_name) continue;
      RecordType type;
      type.message = message;
      type.id = stored.id();
      for (const state::Index& index : stored.indexes()) {
        IndexInfo info;
        info.schema = message->record->FindIndex(index.name());
        info.id = index.id();
        info.ready = index.ready();
        for (const schema::Path& path : info.schema->paths)
          info.multi_valued = info.multi_valued || IsMultiValued(path);
        type.indexes.push_back(info);
      }
      catalog->types.push_back(std::move(type));
    }
  }
  return catalog;
}

}  // namespace dci::registry
