#include "services/base/bytes.h"

namespace dci {

void AppendOrderedText(std::string* key, absl::string_view text) {
  for (char c : text) {
    key->push_back(c);
    if (c == '\0') key->push_back('\xff');
  }
  key->push_back('\0');
  key->push_back('\x01');
}

void AppendOrderedU64(std::string* key, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    key->push_back(static_cast<char>((value >> shift) & 0xff));
}

bool ConsumeOrderedText(absl::string_view* key, std::string* text) {
  text->clear();
  for (size_t i = 0; i + 1 < key->size(); ++i) {
    const char c = (*key)[i];
    if (c != '\0') {
      text->push_back(c);
      continue;
    }
    const char next = (*key)[++i];
    if (next == '\x01') {
      key->remove_prefix(i + 1);
      return true;
    }
    if (next != '\xff') return false;
    text->push_back('\0');
  }
  return false;
}

bool ConsumeOrderedU64(absl::string_view* key, uint64_t* value) {
  if (key->size() < 8) return false;
  *value = 0;
  for (int i = 0; i < 8; ++i)
    *value = (*value << 8) | static_cast<unsigned char>((*key)[i]);
  key->remove_prefix(8);
  return true;
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty()) {
    if (end.back() != '\xff') {
      ++end.back();
      return end;
    }
    end.pop_back();
  }
  return end;
}

}  // namespace dci
