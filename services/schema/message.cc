#include "services/schema/message.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace dci::schema {

const Field* Union::FindCase(absl::string_view text) const {
  for (const Field* member : members) {
    for (const std::string& c : member->cases) {
      if (absl::EqualsIgnoreCase(c, text)) return member;
    }
  }
  return nullptr;
}

const Index* Record::FindIndex(absl::string_view name) const {
  for (const Index& index : indexes) {
    if (index.name == name) return &index;
  }
  return nullptr;
}

const FieldRef* Message::Find(absl::string_view key) const {
  auto it = keys.find(key);
  return it == keys.end() ? nullptr : &it->second;
}

const Field* Message::FindNumber(int number) const {
  if (number >= 0 && number < static_cast<int>(by_number.size())) {
    const int i = by_number[number];
    return i < 0 ? nullptr : &fields[i];
  }
  auto it = std::lower_bound(
      fields.begin(), fields.end(), number,
      [](const Field& field, int n) { return field.number < n; });
  return it != fields.end() && it->number == number ? &*it : nullptr;
}

const Field* Message::FindName(absl::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

namespace {

bool IsWrapperOf(const Field& field, absl::string_view part) {
  return std::any_of(
      field.wrappers.begin(), field.wrappers.end(),
      [&](const std::string& wrapper) { return part == wrapper; });
}

}  // namespace

absl::StatusOr<Path> FindPath(const Message& message, absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("the path is empty");
  if (message.record.has_value()) {
    auto it = message.record->attributes.find(text);
    if (it != message.record->attributes.end()) return it->second;
  }
  Path path;
  std::vector<std::string> names;
  const Message* at = &message;
  for (absl::string_view part : absl::StrSplit(text, '.')) {
    const FieldRef* ref = at == nullptr ? nullptr : at->Find(part);
    if (ref == nullptr && !path.fields.empty() &&
        IsWrapperOf(path.leaf(), part)) {
      continue;
    }
    if (at == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(text, ": ", path.leaf().json_name, " is no object"));
    }
    if (ref == nullptr) {
      return absl::NotFoundError(
          absl::StrCat(text, ": ", at->name, " has no ", part));
    }
    if (ref->field == nullptr || ref->field->kind == Kind::kExtras) {
      return absl::InvalidArgumentError(
          absl::StrCat(text, ": ", part, " has no shape of its own"));
    }
    path.fields.push_back(ref->field);
    names.push_back(ref->field->json_name);
    at = ref->field->message;
  }
  path.text = absl::StrJoin(names, ".");
  return path;
}

}  // namespace dci::schema
