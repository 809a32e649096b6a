#include "services/storage/memory/version_map.h"

#include <algorithm>

namespace dci::storage {
namespace {

// Ours, because Abseil's string_view is not the standard one that std::less<>
// would compare a std::string with.
std::string Owned(absl::string_view text) { return std::string(text); }

}  // namespace

const std::string* VersionMap::At(const std::vector<Version>& versions,
                                  uint64_t version) {
  for (auto it = versions.rbegin(); it != versions.rend(); ++it)
    if (it->number <= version) return it->value ? &*it->value : nullptr;
  return nullptr;
}

bool VersionMap::Prune(Map::iterator at, uint64_t oldest) {
  std::vector<Version>& versions = at->second;
  auto keep = versions.begin();
  while (std::next(keep) != versions.end() && std::next(keep)->number <= oldest)
    ++keep;
  // An absent value is only needed to hide an older one.
  if (!keep->value.has_value() && keep->number <= oldest) ++keep;
  versions.erase(versions.begin(), keep);
  if (versions.empty()) {
    map_.erase(at);
    return true;
  }
  return versions.size() == 1 && versions.front().value.has_value();
}

void VersionMap::Add(Map::iterator at, std::optional<std::string> value,
                     uint64_t version, uint64_t oldest) {
  const std::string key = at->first;
  at->second.push_back({version, std::move(value)});
  if (!Prune(at, oldest)) garbage_.insert(key);
}

void VersionMap::Write(absl::string_view key, std::optional<std::string> value,
                       uint64_t version, uint64_t oldest) {
  Add(map_.try_emplace(Owned(key)).first, std::move(value), version, oldest);
}

void VersionMap::DeleteRange(absl::string_view begin, absl::string_view end,
                             uint64_t version, uint64_t oldest) {
  auto it = map_.lower_bound(Owned(begin));
  while (it != map_.end() && (end.empty() || it->first < end)) {
    const auto at = it++;
    if (At(at->second, version) != nullptr)
      Add(at, std::nullopt, version, oldest);
  }
}

void VersionMap::Collect(uint64_t oldest) {
  for (auto it = garbage_.begin(); it != garbage_.end();) {
    auto at = map_.find(*it);
    const bool clean = at == map_.end() || Prune(at, oldest);
    it = clean ? garbage_.erase(it) : std::next(it);
  }
}

const std::string* VersionMap::Find(absl::string_view key,
                                    uint64_t version) const {
  auto it = map_.find(Owned(key));
  return it == map_.end() ? nullptr : At(it->second, version);
}

size_t VersionMap::version_count() const {
  size_t count = 0;
  for (const auto& [key, versions] : map_) count += versions.size();
  return count;
}

VersionMap::Found VersionMap::FindForward(absl::string_view key, bool beyond,
                                          uint64_t version) const {
  auto it =
      beyond ? map_.upper_bound(Owned(key)) : map_.lower_bound(Owned(key));
  for (; it != map_.end(); ++it)
    if (const std::string* value = At(it->second, version))
      return {&it->first, value};
  return {nullptr, nullptr};
}

VersionMap::Found VersionMap::FindBackward(std::optional<absl::string_view> key,
                                           bool beyond,
                                           uint64_t version) const {
  auto it = !key.has_value() ? map_.end()
            : beyond         ? map_.lower_bound(Owned(*key))
                             : map_.upper_bound(Owned(*key));
  while (it != map_.begin()) {
    --it;
    if (const std::string* value = At(it->second, version))
      return {&it->first, value};
  }
  return {nullptr, nullptr};
}

}  // namespace dci::storage
