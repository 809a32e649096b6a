#include "tools/dci/story/value.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "services/wire/limits.h"
#include "services/wire/scan.h"

namespace dci::cli::story {
namespace {

// A value in so many characters stands in one line: short things are read at
// a glance.
constexpr size_t kShort = 56;

// Reads text that Scan has passed.
class Reader {
 public:
  Reader(absl::string_view text, int line)
      : cursor_(text), counted_(text.data()), line_(line) {}

  Value Read() {
    Value value;
    const char first = cursor_.Peek();
    value.line = Line();
    if (first == '{') {
      value.kind = Value::Kind::kObject;
      ReadMembers(&value);
    } else if (first == '[') {
      value.kind = Value::Kind::kArray;
      if (cursor_.EnterArray()) do
          value.elements.push_back(Read());
        while (cursor_.NextElement());
    } else if (first == '"') {
      value.kind = Value::Kind::kText;
      value.text = std::string(cursor_.String().Text(&buffer_));
    } else {
      value.text = std::string(cursor_.Skip());
      value.kind = first == 'n'                   ? Value::Kind::kNull
                   : first == 't' || first == 'f' ? Value::Kind::kBool
                                                  : Value::Kind::kNumber;
    }
    return value;
  }

 private:
  void ReadMembers(Value* object) {
    if (!cursor_.EnterObject()) return;
    do {
      std::string key(cursor_.Key().Text(&buffer_));
      Value value = Read();
      object->members.emplace_back(std::move(key), std::move(value));
    } while (cursor_.NextMember());
  }

  int Line() {
    line_ += static_cast<int>(std::count(counted_, cursor_.position(), '\n'));
    counted_ = cursor_.position();
    return line_;
  }

  wire::Cursor cursor_;
  const char* counted_;
  int line_;
  std::string buffer_;
};

// Line of the "(offset N)" that Scan's errors end with.
int LineOfError(absl::string_view error, absl::string_view json, int first) {
  constexpr absl::string_view kMark = "(offset ";
  const size_t mark = error.rfind(kMark);
  size_t offset = 0;
  if (mark == absl::string_view::npos) return first;
  const absl::string_view digits = error.substr(mark + kMark.size());
  if (!absl::SimpleAtoi(digits.substr(0, digits.find(')')), &offset))
    return first;
  const absl::string_view before = json.substr(0, offset);
  return first +
         static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

void AppendPretty(const Value& value, const std::string& margin,
                  std::string* out) {
  const std::string line = ToJson(value);
  if (line.size() <= kShort || (!value.is_object() && !value.is_array())) {
    absl::StrAppend(out, line);
    return;
  }
  const std::string inner = margin + "  ";
  const char* separator = "\n";
  out->push_back(value.is_object() ? '{' : '[');
  for (const auto& [key, member] : value.members) {
    absl::StrAppend(out, separator, inner);
    wire::AppendQuoted(key, out);
    absl::StrAppend(out, ": ");
    AppendPretty(member, inner, out);
    separator = ",\n";
  }
  for (const Value& element : value.elements) {
    absl::StrAppend(out, separator, inner);
    AppendPretty(element, inner, out);
    separator = ",\n";
  }
  absl::StrAppend(out, "\n", margin, value.is_object() ? "}" : "]");
}

}  // namespace

const Value* Value::Find(absl::string_view name) const {
  for (const auto& [key, member] : members)
    if (key == name) return &member;
  return nullptr;
}

std::string Value::TextAt(std::initializer_list<absl::string_view> path) const {
  const Value* value = this;
  for (absl::string_view step : path) {
    value = value->Find(step);
    if (value == nullptr) return "";
  }
  return value->text;
}

Value Value::Text(absl::string_view text) {
  Value value;
  value.kind = Kind::kText;
  value.text = std::string(text);
  return value;
}

absl::StatusOr<Value> ParseValue(absl::string_view json, int first_line) {
  const absl::Status readable = wire::Scan(json, wire::Limits());
  if (readable.ok()) return Reader(json, first_line).Read();
  return absl::InvalidArgumentError(
      absl::StrCat(LineOfError(readable.message(), json, first_line),
                   ": this is no JSON: ", readable.message()));
}

bool SameValue(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  double x = 0, y = 0;
  if (a.kind == Value::Kind::kNumber && absl::SimpleAtod(a.text, &x) &&
      absl::SimpleAtod(b.text, &y) && x == y)
    return true;
  if (a.text != b.text || a.members.size() != b.members.size()) return false;
  for (const auto& [key, member] : a.members) {
    const Value* other = b.Find(key);
    if (other == nullptr || !SameValue(member, *other)) return false;
  }
  return std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(),
                    b.elements.end(), SameValue);
}

std::string ToJson(const Value& value) {
  std::string out;
  const char* separator = "";
  switch (value.kind) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kBool:
    case Value::Kind::kNumber:
      return value.text;
    case Value::Kind::kText:
      wire::AppendQuoted(value.text, &out);
      return out;
    case Value::Kind::kArray:
      for (const Value& element : value.elements) {
        absl::StrAppend(&out, separator, ToJson(element));
        separator = ", ";
      }
      return absl::StrCat("[", out, "]");
    case Value::Kind::kObject:
      for (const auto& [key, member] : value.members) {
        out += separator;
        wire::AppendQuoted(key, &out);
        absl::StrAppend(&out, ": ", ToJson(member));
        separator = ", ";
      }
      return absl::StrCat("{", out, "}");
  }
  return out;
}

std::string ToPrettyJson(const Value& value, absl::string_view margin) {
  std::string out(margin);
  AppendPretty(value, std::string(margin), &out);
  return out;
}

}  // namespace dci::cli::story
