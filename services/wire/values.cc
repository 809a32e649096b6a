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

void AppendBool(const FieldPlan& field, bool value, std::string* out) {
  if (!field.field->packed) out->append(field.tag);
  AppendVarint(value ? 1 : 0, out);
}

}  // namespace

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

Reader::Got Reader::Bare(const FieldPlan& field, Cursor* cursor,
                         std::string* out) {
  const MessagePlan& plan = *field.message;
  Find(rules::kBareValue, "");
  out->append(field.tag);
  Nested nested(out);
  const Got got = Value({&plan, cursor->position()}, *plan.bare, cursor, out);
  nested.Close();
  return got;
}

Reader::Got Reader::Nest(const FieldPlan& field, Cursor* cursor,
                         std::string* out) {
  const MessagePlan& plan = *field.message;
  const char kind = cursor->Peek();
  if (plan.bare != nullptr && (kind == '"' || IsNumber(kind))) {
    return Bare(field, cursor, out);
  }
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
