#include "services/wire/wire_fields.h"

#include "services/wire/wire_bytes.h"

namespace dci::wire {

absl::string_view FindBytes(absl::string_view message, int number) {
  absl::string_view found;
  for (WireReader field(message); field.Next();) {
    if (static_cast<int>(field.number()) == number && field.type() == kLength)
      found = field.bytes();
  }
  return found;
}

void AppendBytesField(std::string* message, int number,
                      absl::string_view value) {
  if (number != 0) AppendField(number, value, message);
}

void AppendVarintField(std::string* message, int number, uint64_t value) {
  if (number == 0) return;
  AppendVarint(static_cast<uint32_t>(number) << 3 | kVarint, message);
  AppendVarint(value, message);
}

std::string Without(absl::string_view message, int first, int second) {
  std::string rest;
  rest.reserve(message.size());
  for (WireReader field(message); field.Next();) {
    const int number = static_cast<int>(field.number());
    if (number == first || number == second) continue;
    rest.append(field.whole().data(), field.whole().size());
  }
  return rest;
}

}  // namespace dci::wire
