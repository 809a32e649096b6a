// Changes not yet in an engine: of one transaction, or of one group.
#ifndef CONVERGENCE_SERVICES_STORAGE_OVERLAY_H_
#define CONVERGENCE_SERVICES_STORAGE_OVERLAY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/storage/store.h"

namespace dci::storage {

// A key looked up without copying it.
struct KeyView {
  Space space;
  absl::string_view key;
};

struct KeyHash {
  using is_transparent = void;
  size_t operator()(KeyView k) const {
    return absl::Hash<std::tuple<uint8_t, absl::string_view>>()(
        {k.space.id, k.key});
  }
  size_t operator()(const Key& k) const {
    return (*this)(KeyView{k.space, k.key});
  }
};

struct KeyEqual {
  using is_transparent = void;
  static KeyView AsView(KeyView k) { return k; }
  static KeyView AsView(const Key& k) { return {k.space, k.key}; }
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return AsView(a).space == AsView(b).space && AsView(a).key == AsView(b).key;
  }
};

// Values by key; no value means that the key is absent.
using ValueMap =
    absl::flat_hash_map<Key, std::optional<std::string>, KeyHash, KeyEqual>;

struct KeyRange {
  Space space;
  std::string begin;
  std::string end;  // exclusive; empty: no bound

  bool Contains(KeyView k) const {
    return k.space == space && k.key >= begin && (end.empty() || k.key < end);
  }
};

// Puts, deletes and range deletes, the later of two winning. Not thread-safe;
// once no longer changed, any number of threads may read it.
class Overlay {
 public:
  void Put(KeyView key, absl::string_view value);
  void Delete(KeyView key);
  void DeleteRange(KeyRange range);
  // Adds what was changed after this.
  void Merge(Overlay later);

  // Nothing where this leaves the key as it was; else the key's new state.
  std::optional<std::optional<absl::string_view>> Find(KeyView key) const;

  bool empty() const { return values_.empty() && ranges_.empty(); }
  // About what an engine has to write: keys and values.
  size_t bytes() const { return bytes_; }
  // For engines: first all ranges are deleted, then the values hold.
  const std::vector<KeyRange>& ranges() const { return ranges_; }
  const ValueMap& values() const { return values_; }

 private:
  ValueMap values_;
  std::vector<KeyRange> ranges_;
  size_t bytes_ = 0;
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_OVERLAY_H_
