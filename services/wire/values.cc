#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/wire/reader.h"
#include "services/wire/scan.h"
#include "services/wire/text_rules.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

using schema::Format;
using schema::Kind;

bool IsNumber(char first) {
  return first == '-' || (first >= '0' && first <= '9');
}

// A list stands for the value itself, not for several.
bool TakesList(const FieldPlan& field) {
  return field.field->kind == Kind::kJson ||
         (field.message != nullptr && field.message->list != nullptr);
}

void AppendBool(const FieldPlan& field, bool value, std::string* out) {
  if (!field.field->packed) out->append(field.tag);
  AppendVarint(value ? 1 : 0, out);
}

}  // namespace

Reader::Got Reader::ReadField(const Object& object, const FieldPlan& field,
                              absl::string_view sent, Cursor* cursor,
                              std::string* out) {
  const char kind = cursor->Peek();
  const char* begin = cursor->position();
  Got got;
  if (field.field->repeated) {
    if (kind == '[') return ReadList(object, field, cursor, out);
    if (TakeAbsent(field, cursor)) return Got::kAbsent;
    const schema::DialectMask deviates =
        schema::kAllDialects & ~field.field->written_single;
    if (deviates != 0) Find(rules::kSingleAsList, "", deviates);
    const size_t before = out->size();
    if (field.field->packed) out->append(field.tag);
    if (field.field->packed) {
      Nested packed(out);
      got = Value(object, field, cursor, out);
      packed.Close();
      if (got != Got::kRead) out->resize(before);
    } else {
      got = Value(object, field, cursor, out);
    }
  } else if (kind == '[' && !TakesList(field)) {
    got = ListAsSingle(object, field, cursor, out);
  } else {
    got = Value(object, field, cursor, out);
  }
  if (got == Got::kUnreadable) {
    FindValue(field, rules::kUnreadableValue,
              absl::string_view(begin, cursor->position() - begin),
              schema::kAllDialects, /*severe=*/true);
  }
  return got;
}

Reader::Got Reader::ReadList(const Object& object, const FieldPlan& field,
                             Cursor* cursor, std::string* out) {
  if (!cursor->EnterArray()) return Got::kAbsent;
  const size_t before = out->size();
  if (field.field->packed) out->append(field.tag);
  const size_t packed_at = out->size();
  std::string kept;  // Elements that cannot be read, after the others.
  bool any = false;
  path_.push_back({absl::string_view(), 0, true});
  do {
    cursor->Peek();
    const char* begin = cursor->position();
    const Got got = Value(object, field, cursor, out);
    if (got == Got::kError) return got;
    any = any || got != Got::kAbsent;
    if (got == Got::kUnreadable) {
      const absl::string_view raw(begin, cursor->position() - begin);
      FindValue(field, rules::kUnreadableValue, raw, schema::kAllDialects,
                /*severe=*/true);
      Keep(*object.plan,
           absl::StrCat(field.field->json_name, "/", path_.back().index), raw,
           &kept);
    }
    ++path_.back().index;
  } while (cursor->NextElement());
  path_.pop_back();
  if (field.field->packed) {
    const std::string values = out->substr(packed_at);
    out->resize(values.empty() ? before : packed_at);
    if (!values.empty()) AppendLengthAndBytes(values, out);
  }
  out->append(kept);
  return any ? Got::kRead : Got::kAbsent;
}

Reader::Got Reader::ListAsSingle(const Object& object, const FieldPlan& field,
                                 Cursor* cursor, std::string* out) {
  Cursor look = *cursor;
  if (!look.EnterArray()) {
    Find(rules::kEmptyAsAbsent, "[]");
    cursor->Skip();
    return Got::kAbsent;
  }
  look.Skip();
  if (look.NextElement()) {
    cursor->Skip();
    return Got::kUnreadable;
  }
  Find(rules::kListAsSingle, "");
  cursor->EnterArray();
  path_.push_back({absl::string_view(), 0, true});
  const Got got = cursor->Peek() == '[' && !TakesList(field)
                      ? (cursor->Skip(), Got::kUnreadable)
                      : Value(object, field, cursor, out);
  path_.pop_back();
  cursor->NextElement();
  return got;
}

bool Reader::TakeAbsent(const FieldPlan& field, Cursor* cursor) {
  const char kind = cursor->Peek();
  if (kind == 'n') {
    Find(rules::kEmptyAsAbsent, "null");
    cursor->Skip();
    return true;
  }
  if (kind != '"') return false;
  Cursor look = *cursor;
  const RawString text = look.String();
  if (!IsBlank(text.inside)) return false;
  const bool list_of_text =
      field.field->repeated && field.field->kind == Kind::kString;
  if (!field.typed && !list_of_text && !text.inside.empty()) return false;
  // An id that is empty is a text, though it names nothing.
  if (list_of_text || (field.typed && field.field->format != Format::kId)) {
    Find(rules::kEmptyAsAbsent, text.inside.empty() ? "\"\"" : "\" \"");
  }
  *cursor = look;
  return true;
}

Reader::Got Reader::Value(const Object& object, const FieldPlan& field,
                          Cursor* cursor, std::string* out) {
  if (TakeAbsent(field, cursor)) return Got::kAbsent;
  switch (field.field->kind) {
    case Kind::kString:
      return Text(field, cursor, out);
    case Kind::kBool:
      return Boolean(field, cursor, out);
    case Kind::kInt32:
      return Integer(field, cursor, out);
    case Kind::kEnum:
      return Word(field, cursor, out);
    case Kind::kMessage:
      return Nest(field, cursor, out);
    case Kind::kAny:
      return ReadRecord(object, field, cursor, out);
    case Kind::kJson:
      return Json(field, cursor, out);
    case Kind::kExtras:
    case Kind::kBytes:
      break;
  }
  cursor->Skip();
  return Got::kUnreadable;
}

Reader::Got Reader::Text(const FieldPlan& field, Cursor* cursor,
                         std::string* out) {
  const char kind = cursor->Peek();
  if (kind == '"') {
    return TextValue(field, cursor->String().Text(&buffer_), out);
  }
  const absl::string_view raw = cursor->Skip();
  if (IsNumber(kind)) return NumberText(field, raw, out);
  if (kind == 't' || kind == 'f') return BooleanText(field, raw, out);
  return Got::kUnreadable;
}

Reader::Got Reader::TextValue(const FieldPlan& field, absl::string_view text,
                              std::string* out) {
  if (field.field->code_list != nullptr) {
    const schema::Code* code = field.field->code_list->Find(text);
    // The list is open, and published examples write labels: no dialect
    // forbids either.
    if (code == nullptr) {
      FindValue(field, rules::kCodeUnknown, text, 0);
    } else if (code->code != text) {
      FindValue(field, rules::kCodeLabel, text, 0);
      text = code->code;
    }
  }
  const absl::string_view broken = BrokenRule(field, text);
  if (!broken.empty()) FindValue(field, broken, text);
  out->append(field.tag);
  AppendLengthAndBytes(text, out);
  return Got::kRead;
}

Reader::Got Reader::NumberText(const FieldPlan& field, absl::string_view raw,
                               std::string* out) {
  // The data objects call these numbers; the text is kept so that no digit
  // changes.
  if (field.field->format != Format::kDecimal) {
    FindValue(field, rules::kNumberAsText, raw);
  }
  return TextValue(field, raw, out);
}

Reader::Got Reader::BooleanText(const FieldPlan& field, absl::string_view raw,
                                std::string* out) {
  if (field.field->format != Format::kBoolean) {
    FindValue(field, rules::kBooleanAsText, raw);
  }
  return TextValue(field, raw, out);
}

Reader::Got Reader::Boolean(const FieldPlan& field, Cursor* cursor,
                            std::string* out) {
  const char kind = cursor->Peek();
  if (kind == 't' || kind == 'f') {
    cursor->Skip();
    AppendBool(field, kind == 't', out);
    return Got::kRead;
  }
  const absl::string_view raw = cursor->Skip();
  const std::optional<bool> value = ParseBoolean(TextOf(raw));
  if (!value.has_value()) return Got::kUnreadable;
  FindValue(field, rules::kTextAsBoolean, raw);
  AppendBool(field, *value, out);
  return Got::kRead;
}

Reader::Got Reader::Integer(const FieldPlan& field, Cursor* cursor,
                            std::string* out) {
  const char kind = cursor->Peek();
  const absl::string_view raw = cursor->Skip();
  int32_t value = 0;
  if (IsNumber(kind)) {
    const Count count = ParseCount(raw, &value);
    if (count == Count::kFraction) return Got::kUnreadable;
    if (count == Count::kTooGreat) {
      error_ =
          ErrorAt(absl::StatusCode::kInvalidArgument, "number beyond 32 bits",
                  Path(), raw.data() - text_.data());
      return Got::kError;
    }
  } else {
    const std::string text = TextOf(raw);
    if (kind != '"' || !IsDecimal(text) ||
        ParseCount(text, &value) != Count::kOk) {
      return Got::kUnreadable;
    }
    FindValue(field, rules::kTextAsNumber, raw);
  }
  if (value < field.field->minimum.value_or(value) ||
      value > field.field->maximum.value_or(value)) {
    FindValue(field, rules::kOutOfRange, raw);
  }
  if (!field.field->packed) out->append(field.tag);
  AppendVarint(static_cast<uint64_t>(static_cast<int64_t>(value)), out);
  return Got::kRead;
}

Reader::Got Reader::Word(const FieldPlan& field, Cursor* cursor,
                         std::string* out) {
  const char kind = cursor->Peek();
  if (kind != '"') {
    cursor->Skip();
    return Got::kUnreadable;
  }
  const absl::string_view text = cursor->String().Text(&buffer_);
  const schema::Code* code = field.field->enumeration->Find(text);
  if (code == nullptr) return Got::kUnreadable;
  if (code->code != text) {
    FindValue(field,
              absl::EqualsIgnoreCase(code->code, text) ? rules::kLetterCase
                                                       : rules::kCodeLabel,
              text);
  }
  if (!field.field->packed) out->append(field.tag);
  AppendVarint(code->number, out);
  return Got::kRead;
}

Reader::Got Reader::Json(const FieldPlan& field, Cursor* cursor,
                         std::string* out) {
  out->append(field.tag);
  Nested json(out);
  AppendField(1, cursor->Skip(), out);
  json.Close();
  return Got::kRead;
}

Reader::Got Reader::Nest(const FieldPlan& field, Cursor* cursor,
                         std::string* out) {
  const MessagePlan& plan = *field.message;
  const char kind = cursor->Peek();
  if (kind != '{' && (kind != '[' || plan.list == nullptr)) {
    cursor->Skip();
    return Got::kUnreadable;
  }
  out->append(field.tag);
  Nested nested(out);
  if (plan.list != nullptr) {
    const Object object{&plan, cursor->position()};
    if (ReadField(object, *plan.list, plan.list->field->json_name, cursor,
                  out) == Got::kError) {
      return Got::kError;
    }
  } else if (!ReadObject(plan, {&field.field->wrappers, field.inner}, false,
                         cursor, out)) {
    return Got::kError;
  }
  nested.Close();
  return Got::kRead;
}

}  // namespace dci::wire
