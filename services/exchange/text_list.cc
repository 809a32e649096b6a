#include "services/exchange/text_list.h"

#include <optional>
#include <utility>

#include "simdjson.h"

namespace dci::exchange {
namespace {

std::optional<std::string> TextOf(simdjson::dom::element value) {
  if (value.is_string()) {
    return std::string(value.get_string().value_unsafe());
  }
  if (value.is_int64() || value.is_uint64()) return simdjson::minify(value);
  return std::nullopt;
}

}  // namespace

std::vector<std::string> ReadTexts(absl::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return {};
  }
  std::vector<std::string> texts;
  if (!root.is_array()) {
    if (auto text = TextOf(root)) texts.push_back(*std::move(text));
    return texts;
  }
  for (simdjson::dom::element value : root.get_array()) {
    std::optional<std::string> text = TextOf(value);
    if (!text.has_value() || texts.size() == kMaxTexts) return {};
    texts.push_back(*std::move(text));
  }
  return texts;
}

}  // namespace dci::exchange
