#include "services/registry/json_value.h"

#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "simdjson.h"

namespace dci::registry {
namespace {

using simdjson::ondemand::json_type;

absl::Status Malformed(simdjson::error_code error) {
  return absl::InvalidArgumentError(
      absl::StrCat("no JSON: ", simdjson::error_message(error)));
}

// Copies what on-demand parsing walks over, once and within the bounds.
class Reader {
 public:
  absl::Status Read(simdjson::ondemand::value value, int depth,
                    JsonValue* out) {
    if (depth > kMaxQueryDepth)
      return absl::InvalidArgumentError("nested too deeply");
    if (++values_ > kMaxQueryValues)
      return absl::InvalidArgumentError("too many values");
    json_type type;
    if (auto error = value.type().get(type)) return Malformed(error);
    switch (type) {
      case json_type::object:
        return ReadObject(value, depth, out);
      case json_type::array:
        return ReadArray(value, depth, out);
      case json_type::string:
        return ReadString(value, out);
      default:
        return ReadToken(type, value, out);
    }
  }

 private:
  absl::Status ReadObject(simdjson::ondemand::value value, int depth,
                          JsonValue* out) {
    out->type = JsonValue::Type::kObject;
    simdjson::ondemand::object object;
    if (auto error = value.get_object().get(object)) return Malformed(error);
    absl::flat_hash_set<std::string> keys;
    for (auto field : object) {
      std::string_view key;
      if (auto error = field.unescaped_key().get(key)) return Malformed(error);
      out->members.push_back({std::string(key), JsonValue()});
      if (!keys.insert(out->members.back().key).second)
        return absl::InvalidArgumentError("a key stands twice in one object");
      simdjson::ondemand::value member;
      if (auto error = field.value().get(member)) return Malformed(error);
      RETURN_IF_ERROR(Read(member, depth + 1, &out->members.back().value));
    }
    return absl::OkStatus();
  }

  absl::Status ReadArray(simdjson::ondemand::value value, int depth,
                         JsonValue* out) {
    out->type = JsonValue::Type::kArray;
    simdjson::ondemand::array array;
    if (auto error = value.get_array().get(array)) return Malformed(error);
    for (auto element : array) {
      simdjson::ondemand::value next;
      if (auto error = element.get(next)) return Malformed(error);
      out->elements.emplace_back();
      RETURN_IF_ERROR(Read(next, depth + 1, &out->elements.back()));
    }
    return absl::OkStatus();
  }

  absl::Status ReadString(simdjson::ondemand::value value, JsonValue* out) {
    out->type = JsonValue::Type::kString;
    std::string_view text;
    if (auto error = value.get_string().get(text)) return Malformed(error);
    out->text = std::string(text);
    return absl::OkStatus();
  }

  absl::Status ReadToken(json_type type, simdjson::ondemand::value value,
                         JsonValue* out) {
    out->type = type == json_type::number    ? JsonValue::Type::kNumber
                : type == json_type::boolean ? JsonValue::Type::kBool
                                             : JsonValue::Type::kNull;
    const std::string_view raw = value.raw_json_token();
    out->text = std::string(
        absl::StripAsciiWhitespace(absl::string_view(raw.data(), raw.size())));
    return absl::OkStatus();
  }

  int values_ = 0;
};

// A scalar document is no ondemand::value; in brackets it is one, and its
// token can be read as any other.
absl::StatusOr<JsonValue> ReadBracketed(absl::string_view text) {
  const simdjson::padded_string padded(absl::StrCat("[", text, "]"));
  // On-demand parsing judges only what it walks over; this judges all of it.
  // One of each for a thread: they keep their memory.
  thread_local simdjson::dom::parser judge;
  if (auto error = judge.parse(padded).error()) return Malformed(error);
  thread_local simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::value root;
  if (auto error = parser.iterate(padded).get(document))
    return Malformed(error);
  if (auto error = document.get_value().get(root)) return Malformed(error);
  JsonValue list;
  RETURN_IF_ERROR(Reader().Read(root, -1, &list));
  if (list.elements.size() != 1)
    return absl::InvalidArgumentError("not one JSON value");
  return std::move(list.elements.front());
}

}  // namespace

const JsonValue* JsonValue::Find(absl::string_view key) const {
  for (const auto& [name, value] : members)
    if (name == key) return &value;
  return nullptr;
}

absl::StatusOr<JsonValue> ParseJsonValue(absl::string_view text) {
  return ReadBracketed(text);
}

}  // namespace dci::registry
