#include "services/registry/unique_row.h"

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/registry/normal_form.h"

namespace dci::registry {
namespace {

const IndexInfo* FindUnique(const RecordType* type, absl::string_view name) {
  if (type == nullptr) return nullptr;
  for (const IndexInfo& index : type->indexes)
    if (index.unique() && index.schema->name == name) return &index;
  return nullptr;
}

}  // namespace

absl::StatusOr<std::optional<storage::Key>> UniqueRow(
    const Catalog& catalog, const Spaces& spaces, absl::string_view type,
    absl::string_view index, const std::vector<std::string>& values) {
  const IndexInfo* found = FindUnique(catalog.FindByName(type), index);
  if (found == nullptr || found->schema->paths.size() != values.size())
    return absl::NotFoundError(
        absl::StrCat("no unique index ", std::string(index), " of ",
                     values.size(), " values of ", std::string(type)));
  storage::Key key{spaces.index, IdPrefix(found->id)};
  for (size_t i = 0; i < values.size(); ++i) {
    const std::optional<std::string> normal =
        NormalForm(found->schema->paths[i].leaf(), values[i]);
    if (!normal.has_value()) return std::nullopt;
    AppendOrderedText(&key.key, *normal);
  }
  return key;
}

}  // namespace dci::registry
