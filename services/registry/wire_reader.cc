#include "services/registry/wire_reader.h"

namespace dci::registry {

bool ConsumeVarint(absl::string_view* bytes, uint64_t* value) {
  *value = 0;
  for (size_t i = 0; i < bytes->size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>((*bytes)[i]);
    *value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      bytes->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

bool WireReader::Fail() {
  malformed_ = true;
  rest_ = {};
  return false;
}

bool WireReader::Next(WireField* field) {
  if (rest_.empty()) return false;
  uint64_t tag = 0, length = 0;
  if (!ConsumeVarint(&rest_, &tag) || (tag >> 3) == 0 || (tag >> 3) >> 29)
    return Fail();
  field->number = static_cast<uint32_t>(tag >> 3);
  field->wire_type = static_cast<uint32_t>(tag & 7);
  switch (field->wire_type) {
    case 0:
      return ConsumeVarint(&rest_, &field->varint) || Fail();
    case 1:
      length = 8;
      break;
    case 2:
      if (!ConsumeVarint(&rest_, &length)) return Fail();
      break;
    case 5:
      length = 4;
      break;
    default:
      return Fail();
  }
  if (length > rest_.size()) return Fail();
  field->bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

void AppendVarint(std::string* out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

void AppendVarintField(std::string* out, int number, uint64_t value) {
  AppendVarint(out, static_cast<uint64_t>(number) << 3);
  AppendVarint(out, value);
}

void AppendBytesField(std::string* out, int number, absl::string_view value) {
  AppendVarint(out, static_cast<uint64_t>(number) << 3 | 2);
  AppendVarint(out, value.size());
  out->append(value.data(), value.size());
}

}  // namespace dci::registry
