#include "services/storage/read_ahead.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/base/status_macros.h"

namespace dci::storage {
namespace {

using ValueSlot = std::optional<std::string>*;

absl::Status ReadSpace(const Engine& engine, Space space,
                       absl::Span<const absl::string_view> keys,
                       absl::Span<const ValueSlot> slots) {
  return engine.Read(space, keys,
                     [&](size_t i, std::optional<absl::string_view> value) {
                       if (value.has_value()) slots[i]->emplace(*value);
                     });
}

}  // namespace

absl::StatusOr<ReadAhead> ReadKeys(const Engine& engine, uint64_t epoch,
                                   std::vector<Key> keys) {
  ReadAhead result{epoch, {}};
  result.values.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i)
    result.values.try_emplace(std::move(keys[i]));

  // The map no longer grows, so that its keys and values stay in place.
  std::vector<std::pair<KeyView, ValueSlot>> order;
  order.reserve(result.values.size());
  for (auto& [key, value] : result.values)
    order.push_back({{key.space, key.key}, &value});
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first.space.id < b.first.space.id;
  });

  std::vector<absl::string_view> run;
  std::vector<ValueSlot> slots;
  for (size_t i = 0; i < order.size(); ++i) {
    run.push_back(order[i].first.key);
    slots.push_back(order[i].second);
    const Space space = order[i].first.space;
    if (i + 1 < order.size() && order[i + 1].first.space == space) continue;
    RETURN_IF_ERROR(ReadSpace(engine, space, run, slots));
    run.clear();
    slots.clear();
  }
  return result;
}

}  // namespace dci::storage
