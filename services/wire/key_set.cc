#include "services/wire/key_set.h"

#include <cstring>

#include "absl/hash/hash.h"
#include "services/wire/json_text.h"

namespace dci::wire {
namespace {

// Beyond this many members a table is cheaper than a search.
constexpr size_t kSmall = 24;

}  // namespace

void KeySet::Open() {
  objects_.push_back({static_cast<uint32_t>(members_.size()), 0, nullptr});
}

void KeySet::Close() {
  members_.resize(objects_.back().first);
  objects_.pop_back();
}

std::string KeySet::Key(const Member& member) const {
  const absl::string_view raw =
      text_.substr(member.key_begin, member.key_end - member.key_begin);
  if (!member.escaped) return std::string(raw);
  std::string key;
  AppendUnescaped(raw, &key);
  return key;
}

uint64_t KeySet::Hash(const Member& member) const {
  if (member.escaped) return absl::HashOf(absl::string_view(Key(member)));
  return absl::HashOf(
      text_.substr(member.key_begin, member.key_end - member.key_begin));
}

bool KeySet::Same(const Member& a, const Member& b) const {
  if (a.escaped || b.escaped) return Key(a) == Key(b);
  const size_t size = a.key_end - a.key_begin;
  return size == b.key_end - b.key_begin &&
         std::memcmp(text_.data() + a.key_begin, text_.data() + b.key_begin,
                     size) == 0;
}

int64_t KeySet::FindInTable(Object* object, const Member& member,
                            uint64_t hash) {
  if (object->table == nullptr) {
    object->table = std::make_unique<Table>();
    for (uint32_t i = object->first; i < members_.size(); ++i) {
      object->table->emplace(Hash(members_[i]), i);
    }
  }
  auto [it, added] =
      object->table->emplace(hash, static_cast<uint32_t>(members_.size()));
  if (added) return -1;
  if (Same(members_[it->second], member)) return it->second;
  // Two keys with one hash: only the first is in the table.
  for (uint32_t i = object->first; i < members_.size(); ++i) {
    if (Same(members_[i], member)) return i;
  }
  return -1;
}

int64_t KeySet::Add(const Member& member) {
  Object& object = objects_.back();
  int64_t found = -1;
  if (members_.size() - object.first >= kSmall) {
    found = FindInTable(&object, member, Hash(member));
  } else {
    // An escape may stand for any character: such a key looks at all.
    const char* key = text_.data() + member.key_begin;
    const uint32_t size = member.key_end - member.key_begin;
    const uint32_t sum =
        size == 0 ? 0
                  : size * 7 + static_cast<unsigned char>(key[0]) * 5 +
                        static_cast<unsigned char>(key[size - 1]) * 3 +
                        static_cast<unsigned char>(key[size / 2]) * 11;
    const uint64_t bit =
        member.escaped ? ~uint64_t{0} : uint64_t{1} << (sum & 63);
    if ((object.filter & bit) != 0) {
      for (uint32_t i = object.first; i < members_.size() && found < 0; ++i) {
        if (Same(members_[i], member)) found = i;
      }
    }
    object.filter |= bit;
  }
  members_.push_back(member);
  return found;
}

}  // namespace dci::wire
