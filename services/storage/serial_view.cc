#include "services/storage/serial_view.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace dci::storage {

std::optional<SerialView::State> SerialView::Find(KeyView key) const {
  if (auto state = changes_.Find(key); state.has_value()) return state;
  if (auto state = group_.Find(key); state.has_value()) return state;
  const auto declared = read_ahead_.values.find(key);
  const bool was_declared = declared != read_ahead_.values.end();
  // What the engine says of an undeclared key can miss any group still known
  // here: it may not have been written yet.
  const History::Answer answer =
      history_.Find(key, was_declared ? read_ahead_.epoch : 0);
  if (was_declared && answer.kind != History::Answer::kUnchanged)
    ++stale_reads_;
  if (answer.kind == History::Answer::kChanged) return answer.value;
  if (answer.kind == History::Answer::kAskEngine || !was_declared)
    return std::nullopt;
  const std::optional<std::string>& value = declared->second;
  return value.has_value() ? State(*value) : State();
}

absl::Status SerialView::Visit(Space space,
                               absl::Span<const absl::string_view> keys,
                               Visitor visit) const {
  std::vector<absl::string_view> rest;
  std::vector<size_t> positions;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (auto state = Find({space, keys[i]}); state.has_value()) {
      visit(i, *state);
      continue;
    }
    rest.push_back(keys[i]);
    positions.push_back(i);
  }
  if (rest.empty()) return absl::OkStatus();
  undeclared_reads_ += rest.size();
  return engine_.Read(
      space, rest, [&](size_t i, State value) { visit(positions[i], value); });
}

void SerialView::CheckKey(KeyView key) {
  if (!error_.ok()) return;
  if (key.space.id >= engine_.space_count()) {
    error_ = absl::InternalError(
        absl::StrCat("write to unknown space ", key.space.id));
  } else if (key.key.size() > kMaxKeyBytes) {
    error_ = absl::InvalidArgumentError(absl::StrCat(
        "key of ", key.key.size(), " bytes; at most ", kMaxKeyBytes));
  }
}

void SerialView::Put(Space space, absl::string_view key,
                     absl::string_view value) {
  CheckKey({space, key});
  if (value.size() > kMaxValueBytes && error_.ok())
    error_ = absl::InvalidArgumentError(absl::StrCat(
        "value of ", value.size(), " bytes; at most ", kMaxValueBytes));
  if (error_.ok()) changes_.Put({space, key}, value);
}

void SerialView::Delete(Space space, absl::string_view key) {
  CheckKey({space, key});
  if (error_.ok()) changes_.Delete({space, key});
}

void SerialView::DeleteRange(Space space, absl::string_view begin,
                             absl::string_view end) {
  CheckKey({space, begin});
  CheckKey({space, end});
  // Engines refuse a range that ends before it begins.
  if (!end.empty() && end <= begin) return;
  if (error_.ok())
    changes_.DeleteRange({space, std::string(begin), std::string(end)});
}

}  // namespace dci::storage
