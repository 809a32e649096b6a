#include "tools/dci/json.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "services/wire/limits.h"
#include "services/wire/scan.h"

namespace dci::cli {
namespace {

std::optional<absl::string_view> Member(absl::string_view object,
                                        absl::string_view name) {
  wire::Cursor cursor(object);
  std::string buffer;
  if (!cursor.EnterObject()) return std::nullopt;
  do {
    const wire::RawString key = cursor.Key();
    const absl::string_view value = cursor.Skip();
    if (key.Text(&buffer) == name) return value;
  } while (cursor.NextMember());
  return std::nullopt;
}

std::optional<absl::string_view> Element(absl::string_view array,
                                         absl::string_view step) {
  size_t index = 0;
  const std::vector<absl::string_view> elements = Elements(array);
  if (!absl::SimpleAtoi(step, &index) || index >= elements.size())
    return std::nullopt;
  return elements[index];
}

bool Begins(absl::string_view json, char c) {
  return !json.empty() && wire::Cursor(json).Peek() == c;
}

}  // namespace

absl::Status CheckJson(absl::string_view text) {
  return wire::Scan(text, wire::Limits());
}

bool IsObject(absl::string_view json) { return Begins(json, '{'); }
bool IsArray(absl::string_view json) { return Begins(json, '['); }

std::optional<absl::string_view> At(absl::string_view json,
                                    absl::string_view pointer) {
  std::optional<absl::string_view> value = json;
  absl::ConsumePrefix(&pointer, "/");
  for (absl::string_view step : absl::StrSplit(pointer, '/')) {
    if (IsObject(*value))
      value = Member(*value, wire::FromPointerStep(step));
    else if (IsArray(*value))
      value = Element(*value, step);
    else
      return std::nullopt;
    if (!value) return std::nullopt;
  }
  return value;
}

std::string TextAt(absl::string_view json, absl::string_view pointer) {
  const std::optional<absl::string_view> value = At(json, pointer);
  if (!value || *value == "null") return "";
  if (!Begins(*value, '"')) return std::string(*value);
  std::string buffer;
  return std::string(wire::Cursor(*value).String().Text(&buffer));
}

std::vector<absl::string_view> Elements(absl::string_view json) {
  std::vector<absl::string_view> elements;
  if (!IsArray(json)) return elements;
  wire::Cursor cursor(json);
  if (!cursor.EnterArray()) return elements;
  do {
    elements.push_back(cursor.Skip());
  } while (cursor.NextElement());
  return elements;
}

std::vector<absl::string_view> Values(absl::string_view json) {
  std::vector<absl::string_view> values;
  if (!IsObject(json)) return values;
  wire::Cursor cursor(json);
  if (!cursor.EnterObject()) return values;
  do {
    cursor.Key();
    values.push_back(cursor.Skip());
  } while (cursor.NextMember());
  return values;
}

std::string OneLine(absl::string_view json) {
  return absl::StrReplaceAll(json, {{"\n", " "}, {"\r", " "}});
}

void JsonObject::Key(absl::string_view key) {
  if (!members_.empty()) members_.push_back(',');
  wire::AppendQuoted(key, &members_);
  members_.push_back(':');
}

JsonObject& JsonObject::Text(absl::string_view key, absl::string_view value) {
  Key(key);
  wire::AppendQuoted(value, &members_);
  return *this;
}

JsonObject& JsonObject::TextIf(absl::string_view key, absl::string_view value) {
  return value.empty() ? *this : Text(key, value);
}

JsonObject& JsonObject::Texts(absl::string_view key,
                              const std::vector<std::string>& values) {
  if (values.empty()) return *this;
  std::vector<std::string> quoted;
  for (const std::string& value : values)
    wire::AppendQuoted(value, &quoted.emplace_back());
  return Raw(key, JsonArray(quoted));
}

JsonObject& JsonObject::Number(absl::string_view key, int64_t value) {
  return Raw(key, absl::StrCat(value));
}

JsonObject& JsonObject::Bool(absl::string_view key, bool value) {
  return Raw(key, value ? "true" : "false");
}

JsonObject& JsonObject::Raw(absl::string_view key, absl::string_view json) {
  Key(key);
  absl::StrAppend(&members_, json);
  return *this;
}

std::string JsonArray(const std::vector<std::string>& values) {
  return absl::StrCat("[", absl::StrJoin(values, ","), "]");
}

}  // namespace dci::cli
