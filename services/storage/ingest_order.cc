#include "services/storage/ingest_order.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace dci::storage {
namespace {

// An entry's place, and the beginning of its key as numbers: of half a million
// keys most are told apart by it, without a look at where they lie.
struct Place {
  std::array<uint64_t, 3> beginning;
  uint32_t at;
  uint8_t space;
};

std::array<uint64_t, 3> BeginningOf(const std::string& key) {
  unsigned char bytes[3 * sizeof(uint64_t)] = {};
  std::memcpy(bytes, key.data(), std::min(key.size(), sizeof(bytes)));
  std::array<uint64_t, 3> words = {};
  for (size_t i = 0; i < sizeof(bytes); ++i)
    words[i / 8] = words[i / 8] << 8 | bytes[i];
  return words;
}

}  // namespace

std::vector<Entry> Ordered(std::vector<Entry> entries) {
  std::vector<Place> places;
  places.reserve(entries.size());
  for (const Entry& entry : entries)
    places.push_back({BeginningOf(entry.key),
                      static_cast<uint32_t>(places.size()), entry.space.id});
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (a.space != b.space) return a.space < b.space;
    if (a.beginning != b.beginning) return a.beginning < b.beginning;
    const int keys = entries[a.at].key.compare(entries[b.at].key);
    return keys != 0 ? keys < 0 : a.at < b.at;
  });
  std::vector<Entry> ordered;
  ordered.reserve(entries.size());
  for (const Place& place : places) {
    Entry& entry = entries[place.at];
    const bool again = !ordered.empty() &&
                       ordered.back().space == entry.space &&
                       ordered.back().key == entry.key;
    if (again) ordered.pop_back();
    ordered.push_back(std::move(entry));
  }
  return ordered;
}

}  // namespace dci::storage
