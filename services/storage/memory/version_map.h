// An ordered map that remembers what its snapshots may still ask for.
#ifndef CONVERGENCE_SERVICES_STORAGE_MEMORY_VERSION_MAP_H_
#define CONVERGENCE_SERVICES_STORAGE_MEMORY_VERSION_MAP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace dci::storage {

// Versions ascend with the writes. Not thread-safe.
class VersionMap {
 public:
  // `value` absent: deleted. Versions below `oldest` that a later one at or
  // below it hides are dropped.
  void Write(absl::string_view key, std::optional<std::string> value,
             uint64_t version, uint64_t oldest);
  // Deletes every key in [begin, end), all of them above where `end` is empty.
  void DeleteRange(absl::string_view begin, absl::string_view end,
                   uint64_t version, uint64_t oldest);
  // Drops what only snapshots before `oldest` could see.
  void Collect(uint64_t oldest);

  // The value at `version`; null where the key is absent. Valid until changed.
  const std::string* Find(absl::string_view key, uint64_t version) const;

  // The first entry at or after `key` (after it if `beyond`), or the last at
  // or before it (before it if `beyond`); the ends of the map where `key` is
  // absent. Nulls where there is none.
  using Found = std::pair<const std::string*, const std::string*>;
  Found FindForward(absl::string_view key, bool beyond, uint64_t version) const;
  Found FindBackward(std::optional<absl::string_view> key, bool beyond,
                     uint64_t version) const;

  // Over all keys; what is kept for snapshots included.
  size_t version_count() const;

 private:
  struct Version {
    uint64_t number;
    std::optional<std::string> value;
  };
  using Map = std::map<std::string, std::vector<Version>, std::less<>>;

  static const std::string* At(const std::vector<Version>& versions,
                               uint64_t version);
  void Add(Map::iterator at, std::optional<std::string> value, uint64_t version,
           uint64_t oldest);
  // True if nothing but one present value is left.
  bool Prune(Map::iterator at, uint64_t oldest);

  Map map_;
  std::set<std::string> garbage_;  // keys that Collect has to look at
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_MEMORY_VERSION_MAP_H_
