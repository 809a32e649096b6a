#include "services/exchange/text_list.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "services/wire/cursor.h"
#include "services/wire/limits.h"
#include "services/wire/scan.h"

namespace dci::exchange {
namespace {

std::optional<std::string> ReadText(wire::Cursor* cursor) {
  if (cursor->Peek() == '"') {
    std::string buffer;
    return std::string(cursor->String().Text(&buffer));
  }
  const absl::string_view value = cursor->Skip();
  for (const char c : value) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
  }
  return std::string(value);
}

}  // namespace

std::vector<std::string> ReadTexts(absl::string_view json) {
  if (!wire::Scan(json, wire::Limits(), nullptr).ok()) return {};
  wire::Cursor cursor(json);
  std::vector<std::string> texts;
  if (cursor.Peek() != '[') {
    if (auto text = ReadText(&cursor)) texts.push_back(*std::move(text));
    return texts;
  }
  if (!cursor.EnterArray()) return {};
  do {
    std::optional<std::string> text = ReadText(&cursor);
    if (!text.has_value() || texts.size() == kMaxTexts) return {};
    texts.push_back(*std::move(text));
  } while (cursor.NextElement());
  return texts;
}

}  // namespace dci::exchange
