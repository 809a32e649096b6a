#include "services/registry/index_row.h"

#include "services/base/bytes.h"
#include "services/registry/layout.h"

namespace dci::registry {
namespace {

// Passes over one ordered piece without copying it.
bool SkipPiece(absl::string_view* key) {
  for (size_t i = 0; i + 1 < key->size(); ++i) {
    if ((*key)[i] != '\0') continue;
    if ((*key)[++i] != '\x01') continue;
    key->remove_prefix(i + 1);
    return true;
  }
  return false;
}

}  // namespace

absl::string_view KeyInRow(const IndexInfo& index, absl::string_view key,
                           absl::string_view value) {
  if (index.unique()) return value;
  if (key.size() < sizeof(index.id)) return "";
  key.remove_prefix(sizeof(index.id));
  for (size_t i = 0; i < index.schema->paths.size(); ++i)
    if (!SkipPiece(&key)) return "";
  return key;
}

bool ValuesInRow(const IndexInfo& index, absl::string_view key,
                 std::vector<std::string>* values) {
  values->clear();
  if (key.size() < sizeof(index.id)) return false;
  key.remove_prefix(sizeof(index.id));
  for (size_t i = 0; i < index.schema->paths.size(); ++i) {
    values->emplace_back();
    if (!ConsumeOrderedText(&key, &values->back())) return false;
  }
  return true;
}

}  // namespace dci::registry
