#include "services/registry/record_edits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/index_row.h"

namespace dci::registry {

absl::StatusOr<const RecordType*> RecordEdits::TypeOf(
    const schema::Message& message) const {
  const RecordType* type = catalog_->Find(&message);
  if (type != nullptr) return type;
  return absl::InternalError(
      absl::StrCat(message.full_name, " is no record of this registry"));
}

absl::StatusOr<std::optional<std::string>> RecordEdits::Get(
    const RecordType& type, const std::string& key) {
  const auto edit = edits_.find({&type, key});
  if (edit != edits_.end()) return edit->second.after;
  return snapshot_->Get(spaces_.records, RecordKey(type, key));
}

void RecordEdits::Put(const RecordType& type, const std::string& key,
                      std::optional<std::string> record) {
  auto [edit, is_new] = edits_.try_emplace({&type, key});
  if (is_new) {
    auto held = snapshot_->Get(spaces_.records, RecordKey(type, key));
    // Get has read it before; should it fail now, the commit finds another
    // version than none and is refused.
    if (held.ok()) edit->second.before = *std::move(held);
  }
  edit->second.after = std::move(record);
}

absl::StatusOr<std::vector<std::string>> RecordEdits::FindStored(
    const IndexInfo& index, const Tuple& value) const {
  std::string prefix = IdPrefix(index.id);
  for (const std::string& piece : value) AppendOrderedText(&prefix, piece);
  // Two say that there is more than one; a rule edits at most two records,
  // which are judged as they were left.
  constexpr size_t kEnough = 4;
  std::vector<std::string> keys;
  const auto cursor =
      snapshot_->Scan(storage::ScanOptions::Prefix(spaces_.index, prefix));
  for (; cursor->Valid() && keys.size() < kEnough; cursor->Next())
    keys.emplace_back(KeyInRow(index, cursor->key(), cursor->value()));
  RETURN_IF_ERROR(cursor->status());
  return keys;
}

absl::StatusOr<std::vector<std::string>> RecordEdits::Find(
    const RecordType& type, const schema::Index& index,
    const std::vector<Tuple>& values) {
  const IndexInfo* info = type.FindIndex(&index);
  if (info == nullptr || !info->ready)
    return absl::UnavailableError(
        absl::StrCat("index ", index.name, " is being built"));
  std::vector<std::string> found;
  for (const Tuple& value : values) {
    ASSIGN_OR_RETURN(const std::vector<std::string> stored,
                     FindStored(*info, value));
    for (const std::string& key : stored)
      if (edits_.count({&type, key}) == 0) found.push_back(key);
  }
  for (const auto& [name, edit] : edits_) {
    if (name.first != &type || !edit.after.has_value()) continue;
    ASSIGN_OR_RETURN(const std::vector<Tuple> held,
                     Tuples(index.paths, *edit.after));
    const bool has =
        std::any_of(values.begin(), values.end(), [&](const Tuple& value) {
          return std::binary_search(held.begin(), held.end(), value);
        });
    if (has) found.push_back(name.second);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

absl::StatusOr<std::vector<RecordChange>> RecordEdits::Changes() const {
  std::vector<RecordChange> changes;
  for (const auto& [name, edit] : edits_) {
    if (edit.before == edit.after) continue;
    RecordChange change;
    if (edit.after.has_value()) {
      ASSIGN_OR_RETURN(change, PrepareUpsert(*name.first, *edit.after));
      if (change.primary_key != name.second)
        return absl::InvalidArgumentError(
            "a rule must not change a primary key");
    } else {
      change = PrepareDelete(*name.first, name.second);
    }
    change.keep = catalog_;
    change.expected_version =
        edit.before.has_value() ? Version(*edit.before) : "";
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace dci::registry
