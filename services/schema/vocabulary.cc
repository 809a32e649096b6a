#include "services/schema/vocabulary.h"

#include "absl/strings/ascii.h"

namespace dci::schema {

const Code* Vocabulary::Find(absl::string_view text) const {
  if (auto it = exact_.find(text); it != exact_.end()) {
    return &codes[it->second];
  }
  auto it = folded_.find(absl::AsciiStrToLower(text));
  return it == folded_.end() ? nullptr : &codes[it->second];
}

const Code* Vocabulary::FindNumber(int number) const {
  auto it = by_number_.find(number);
  return it == by_number_.end() ? nullptr : &codes[it->second];
}

std::vector<std::string> Vocabulary::BuildIndex() {
  std::vector<std::string> twice;
  auto add = [&](const std::string& text, int i) {
    folded_.emplace(absl::AsciiStrToLower(text), i);
    return exact_.emplace(text, i);
  };
  const int size = static_cast<int>(codes.size());
  for (int i = 0; i < size; ++i) {
    by_number_.emplace(codes[i].number, i);
    if (!add(codes[i].code, i).second) twice.push_back(codes[i].code);
  }
  // Published lists give one label to several codes: the first one has it.
  for (int i = 0; i < size; ++i) {
    if (!codes[i].label.empty()) add(codes[i].label, i);
  }
  for (int i = 0; i < size; ++i) {
    for (const std::string& alias : codes[i].aliases) {
      auto [it, added] = add(alias, i);
      if (!added && it->second != i) twice.push_back(alias);
    }
  }
  return twice;
}

}  // namespace dci::schema
