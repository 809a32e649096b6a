#include "services/exchange/wire_fields.h"

namespace dci::exchange {
namespace {

enum WireType { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

bool ConsumeVarint(absl::string_view* bytes, uint64_t* value) {
  *value = 0;
  for (size_t i = 0; i < bytes->size() && i < 10; ++i) {
    const uint8_t byte = static_cast<uint8_t>((*bytes)[i]);
    *value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      bytes->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

void PutVarint(std::string* out, uint64_t value) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

}  // namespace

bool WireReader::Fail() {
  ok_ = false;
  rest_ = absl::string_view();
  return false;
}

bool WireReader::Next(WireField* field) {
  if (rest_.empty()) return false;
  const absl::string_view start = rest_;
  uint64_t tag = 0;
  if (!ConsumeVarint(&rest_, &tag) || tag >> 3 == 0 || tag >> 32 != 0) {
    return Fail();
  }
  *field = WireField();
  field->number = static_cast<int>(tag >> 3);
  uint64_t length = 0;
  switch (tag & 7) {
    case kVarint:
      if (!ConsumeVarint(&rest_, &field->varint)) return Fail();
      break;
    case kFixed64:
      length = 8;
      break;
    case kDelimited:
      if (!ConsumeVarint(&rest_, &length)) return Fail();
      break;
    case kFixed32:
      length = 4;
      break;
    default:
      return Fail();
  }
  if (length > rest_.size()) return Fail();
  if ((tag & 7) == kDelimited) field->payload = rest_.substr(0, length);
  rest_.remove_prefix(length);
  field->whole = start.substr(0, start.size() - rest_.size());
  return true;
}

absl::string_view FindBytes(absl::string_view message, int number) {
  absl::string_view found;
  WireReader reader(message);
  for (WireField field; reader.Next(&field);) {
    if (field.number == number) found = field.payload;
  }
  return found;
}

void AppendBytes(std::string* message, int number, absl::string_view value) {
  if (number == 0) return;
  PutVarint(message, static_cast<uint64_t>(number) << 3 | kDelimited);
  PutVarint(message, value.size());
  message->append(value.data(), value.size());
}

void AppendVarint(std::string* message, int number, uint64_t value) {
  if (number == 0) return;
  PutVarint(message, static_cast<uint64_t>(number) << 3 | kVarint);
  PutVarint(message, value);
}

std::string Without(absl::string_view message, int first, int second) {
  std::string rest;
  rest.reserve(message.size());
  WireReader reader(message);
  for (WireField field; reader.Next(&field);) {
    if (field.number == first || field.number == second) continue;
    rest.append(field.whole.data(), field.whole.size());
  }
  return rest;
}

}  // namespace dci::exchange
