#include "services/registry/layout.h"

#include "services/base/bytes.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

constexpr char kRecords[] = "registry_records";
constexpr char kIndex[] = "registry_index";
constexpr char kChanges[] = "registry_changes";
constexpr char kMeta[] = "registry_meta";
constexpr char kSubscriptions[] = "registry_subscriptions";

}  // namespace

std::vector<std::string> SpaceNames() {
  return {kRecords, kIndex, kChanges, kMeta, kSubscriptions};
}

absl::StatusOr<Spaces> FindSpaces(const storage::Store& store) {
  Spaces spaces;
  ASSIGN_OR_RETURN(spaces.records, store.FindSpace(kRecords));
  ASSIGN_OR_RETURN(spaces.index, store.FindSpace(kIndex));
  ASSIGN_OR_RETURN(spaces.changes, store.FindSpace(kChanges));
  ASSIGN_OR_RETURN(spaces.meta, store.FindSpace(kMeta));
  ASSIGN_OR_RETURN(spaces.subscriptions, store.FindSpace(kSubscriptions));
  return spaces;
}

std::string IdPrefix(uint32_t id) {
  std::string prefix;
  for (int shift = 24; shift >= 0; shift -= 8)
    prefix.push_back(static_cast<char>((id >> shift) & 0xff));
  return prefix;
}

std::string ChangeKey(uint64_t sequence) {
  std::string key;
  AppendOrderedU64(&key, sequence);
  return key;
}

}  // namespace dci::registry
