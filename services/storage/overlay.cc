#include "services/storage/overlay.h"

#include <iterator>

namespace dci::storage {
namespace {

size_t SizeOf(const std::optional<std::string>& value) {
  return value.has_value() ? value->size() : 0;
}

}  // namespace

void Overlay::Put(KeyView key, absl::string_view value) {
  auto it = values_.find(key);
  if (it == values_.end()) {
    it = values_.emplace(Key{key.space, std::string(key.key)}, std::nullopt)
             .first;
    bytes_ += key.key.size();
  }
  bytes_ += value.size() - SizeOf(it->second);
  it->second.emplace(value);
}

void Overlay::Delete(KeyView key) {
  auto it = values_.find(key);
  if (it == values_.end()) {
    values_.emplace(Key{key.space, std::string(key.key)}, std::nullopt);
    bytes_ += key.key.size();
    return;
  }
  bytes_ -= SizeOf(it->second);
  it->second.reset();
}

void Overlay::DeleteRange(KeyRange range) {
  for (auto it = values_.begin(); it != values_.end();) {
    const auto at = it++;
    if (!range.Contains({at->first.space, at->first.key})) continue;
    bytes_ -= at->first.key.size() + SizeOf(at->second);
    values_.erase(at);
  }
  bytes_ += range.begin.size() + range.end.size();
  ranges_.push_back(std::move(range));
}

void Overlay::Merge(Overlay later) {
  if (empty()) {
    *this = std::move(later);
    return;
  }
  for (KeyRange& range : later.ranges_) DeleteRange(std::move(range));
  for (auto it = later.values_.begin(); it != later.values_.end();) {
    const size_t key_bytes = it->first.key.size();
    bytes_ += SizeOf(it->second);
    auto result = values_.insert(later.values_.extract(it++));
    if (result.inserted) {
      bytes_ += key_bytes;
    } else {
      bytes_ -= SizeOf(result.position->second);
      result.position->second = std::move(result.node.mapped());
    }
  }
}

std::optional<std::optional<absl::string_view>> Overlay::Find(
    KeyView key) const {
  using State = std::optional<absl::string_view>;
  auto it = values_.find(key);
  if (it != values_.end())
    return it->second.has_value() ? State(*it->second) : State();
  for (const KeyRange& range : ranges_)
    if (range.Contains(key)) return State();
  return std::nullopt;
}

}  // namespace dci::storage
