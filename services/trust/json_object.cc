#include "services/trust/json_object.h"

#include <simdjson.h>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"

namespace dci::trust {
namespace {

constexpr size_t kMaxDepth = 32;

std::string Text(simdjson::dom::element element) {
  return simdjson::minify(element);
}

}  // namespace

absl::StatusOr<JsonObject> JsonObject::Parse(absl::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.allocate(json.size(), kMaxDepth) != simdjson::SUCCESS ||
      parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  JsonObject result;
  for (const auto [key, element] : object) {
    Value value;
    std::string_view text;
    value.is_string = element.get(text) == simdjson::SUCCESS;
    value.text = value.is_string ? std::string(text) : Text(element);
    if (!result.members_.emplace(std::string(key), std::move(value)).second) {
      return absl::InvalidArgumentError("a key occurs twice");
    }
  }
  return result;
}

const JsonObject::Value* JsonObject::Find(absl::string_view key) const {
  const auto it = members_.find(key);
  return it == members_.end() ? nullptr : &it->second;
}

std::optional<std::string> JsonObject::String(absl::string_view key) const {
  const Value* value = Find(key);
  if (value == nullptr || !value->is_string) return std::nullopt;
  return value->text;
}

std::string JsonObject::StringOr(absl::string_view key) const {
  return String(key).value_or("");
}

std::optional<int64_t> JsonObject::Int(absl::string_view key) const {
  const Value* value = Find(key);
  int64_t number;
  if (value == nullptr || value->is_string ||
      !absl::SimpleAtoi(value->text, &number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<bool> JsonObject::Bool(absl::string_view key) const {
  const Value* value = Find(key);
  if (value == nullptr || value->is_string) return std::nullopt;
  if (value->text == "true") return true;
  if (value->text == "false") return false;
  return std::nullopt;
}

std::optional<std::string> JsonObject::Json(absl::string_view key) const {
  const Value* value = Find(key);
  if (value == nullptr || value->is_string) return std::nullopt;
  return value->text;
}

std::optional<std::vector<std::string>> JsonObject::Array(
    absl::string_view key) const {
  const Value* value = Find(key);
  if (value == nullptr || value->is_string) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::array array;
  if (parser.parse(value->text).get(array) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::vector<std::string> elements;
  for (const simdjson::dom::element element : array) {
    elements.push_back(Text(element));
  }
  return elements;
}

}  // namespace dci::trust
