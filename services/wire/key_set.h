// The keys of the objects that a scan is inside of.
#ifndef CONVERGENCE_SERVICES_WIRE_KEY_SET_H_
#define CONVERGENCE_SERVICES_WIRE_KEY_SET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace dci::wire {

// Where a member of an object stands; offsets into the scanned text. Sixteen
// bytes, because a text of N bytes may have N/5 members.
struct Member {
  uint32_t key_begin;  // After the opening quote.
  uint32_t key_end : 31;
  uint32_t escaped : 1;
  uint32_t value_begin;
  uint32_t value_end;
};

// Finds repeated keys. Objects are opened and closed like brackets. Small
// ones are searched by a filter of 64 bits and then from the front, great
// ones by a hash table.
class KeySet {
 public:
  explicit KeySet(absl::string_view text) : text_(text) {}

  void Open();
  void Close();
  // Adds a key to the innermost object. Returns the index of the member that
  // has the same key, or -1.
  int64_t Add(const Member& member);
  // Members of all open objects; the one added last has index size() - 1.
  uint32_t size() const { return static_cast<uint32_t>(members_.size()); }
  Member& at(uint32_t index) { return members_[index]; }
  const Member& at(uint32_t index) const { return members_[index]; }
  // The key as it reads.
  std::string Key(const Member& member) const;

 private:
  using Table = absl::flat_hash_map<uint64_t, uint32_t>;
  struct Object {
    uint32_t first;
    uint64_t filter;
    std::unique_ptr<Table> table;
  };

  uint64_t Hash(const Member& member) const;
  bool Same(const Member& a, const Member& b) const;
  int64_t FindInTable(Object* object, const Member& member, uint64_t hash);

  const absl::string_view text_;
  std::vector<Member> members_;
  std::vector<Object> objects_;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_KEY_SET_H_
