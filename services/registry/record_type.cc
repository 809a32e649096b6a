#include "services/registry/record_type.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/extract.h"
#include "services/registry/layout.h"
#include "services/storage/store.h"

namespace dci::registry {
namespace {

// Leaves room for the longest index values before the key in an index row.
constexpr size_t kMaxPrimaryKey = 1024;

bool SamePath(const schema::Path& a, const schema::Path& b) {
  return a.fields == b.fields;
}

}  // namespace

const IndexInfo* RecordType::FindIndex(const schema::Index* index) const {
  for (const IndexInfo& info : indexes)
    if (info.schema == index) return &info;
  return nullptr;
}

const IndexInfo* RecordType::FindRangeIndex(const schema::Path& path) const {
  for (const IndexInfo& info : indexes)
    if (info.ready && info.schema->kind == schema::IndexKind::kRange &&
        info.schema->paths.size() == 1 && SamePath(info.schema->paths[0], path))
      return &info;
  return nullptr;
}

const IndexInfo* RecordType::FindEqualityIndex(const schema::Path& path) const {
  for (const IndexInfo& info : indexes)
    if (info.ready && info.schema->paths.size() == 1 &&
        SamePath(info.schema->paths[0], path))
      return &info;
  return nullptr;
}

const RecordType* Catalog::Find(const schema::Message* message) const {
  for (const RecordType& type : types)
    if (type.message == message) return &type;
  return nullptr;
}

const RecordType* Catalog::FindByName(absl::string_view type) const {
  const schema::Message* message = service->FindRecord(type);
  return message == nullptr ? nullptr : Find(message);
}

const RecordType* Catalog::FindById(uint32_t id) const {
  for (const RecordType& type : types)
    if (type.id == id) return &type;
  return nullptr;
}

absl::StatusOr<std::string> PrimaryKey(const RecordType& type,
                                       absl::string_view record) {
  std::vector<std::string> texts;
  for (const schema::Path& path : type.record().primary_key)
    texts.push_back(FirstText(path, record).value_or(""));
  return PrimaryKeyOf(type, texts);
}

absl::StatusOr<std::string> PrimaryKeyOf(const RecordType& type,
                                         absl::Span<const std::string> texts) {
  const std::vector<schema::Path>& paths = type.record().primary_key;
  if (texts.size() != paths.size())
    return absl::InvalidArgumentError(
        absl::StrCat("the key of a ", type.name(), " has ", paths.size(),
                     " parts, not ", texts.size()));
  std::string key;
  for (size_t i = 0; i < paths.size(); ++i) {
    const bool may_be_absent = type.record().sparse_key && i > 0;
    if (texts[i].empty() && !may_be_absent)
      return absl::InvalidArgumentError(
          absl::StrCat(type.name(), " without ", paths[i].text,
                       ", which is part of its key"));
    AppendOrderedText(&key, texts[i]);
  }
  if (key.size() > kMaxPrimaryKey)
    return absl::InvalidArgumentError(
        absl::StrCat("key of a ", type.name(), " is too long"));
  return key;
}

std::string RecordKey(const RecordType& type, absl::string_view primary_key) {
  return absl::StrCat(IdPrefix(type.id), primary_key);
}

absl::StatusOr<std::vector<IndexRow>> IndexRows(const IndexInfo& index,
                                                absl::string_view record,
                                                absl::string_view primary_key) {
  ASSIGN_OR_RETURN(const std::vector<Tuple> tuples,
                   Tuples(index.schema->paths, record));
  std::vector<IndexRow> rows;
  rows.reserve(tuples.size());
  for (const Tuple& tuple : tuples) {
    IndexRow row{IdPrefix(index.id), "", index.unique(), index.schema};
    for (const std::string& value : tuple) AppendOrderedText(&row.key, value);
    if (index.unique()) {
      row.value = std::string(primary_key);
    } else {
      row.key.append(primary_key.data(), primary_key.size());
    }
    if (row.key.size() > storage::kMaxKeyBytes)
      return absl::InvalidArgumentError(absl::StrCat(
          "values of index ", index.schema->name, " are too long"));
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::vector<IndexRow>> AllIndexRows(
    const RecordType& type, absl::string_view record,
    absl::string_view primary_key) {
  std::vector<IndexRow> rows;
  for (const IndexInfo& index : type.indexes) {
    ASSIGN_OR_RETURN(std::vector<IndexRow> more,
                     IndexRows(index, record, primary_key));
    std::move(more.begin(), more.end(), std::back_inserter(rows));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace dci::registry
