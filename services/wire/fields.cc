#include <string>

#include "absl/strings/str_cat.h"
#include "services/wire/reader.h"
#include "services/wire/text_rules.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

using schema::Format;
using schema::Kind;

// A list stands for the value itself, not for several.
bool TakesList(const FieldPlan& field) {
  return field.field->kind == Kind::kJson ||
         (field.message != nullptr && field.message->list != nullptr);
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
    const schema::DialectMask deviates =
        schema::kAllDialects & ~field.field->written_null;
    if (deviates != 0) Find(rules::kEmptyAsAbsent, "null", deviates);
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

}  // namespace dci::wire
