#include <string>

#include "absl/strings/str_cat.h"
#include "services/wire/reader.h"
#include "services/wire/text_rules.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

using schema::Kind;

bool IsJson(const FieldPlan& field) { return field.field->kind == Kind::kJson; }

// Whether a value that starts so can be one of the field at all.
bool KindFits(const FieldPlan& field, char first) {
  switch (field.field->kind) {
    case Kind::kJson:
      return first != 'n';
    case Kind::kMessage:
    case Kind::kAny:
      return first == '{' || first == '[';
    default:
      return first != '{' && first != '[' && first != 'n';
  }
}

// The value's outermost shape is the one of the member.
bool ShapeFits(const FieldPlan& member, absl::string_view raw) {
  if (member.message == nullptr) return IsJson(member);
  return raw[0] == (member.message->list != nullptr ? '[' : '{');
}

}  // namespace

absl::string_view Reader::RawOf(const MessagePlan& plan, const char* begin,
                                int slot) const {
  Cursor cursor(absl::string_view(begin, text_.data() + text_.size() - begin));
  if (cursor.Peek() != '{' || !cursor.EnterObject()) return "";
  std::string buffer;
  do {
    const KeyPlan* key = plan.keys.Find(cursor.Key().Text(&buffer));
    const absl::string_view raw = cursor.Skip();
    if (key != nullptr && key->slot == slot) return raw;
  } while (cursor.NextMember());
  return "";
}

std::string Reader::TextOf(absl::string_view raw) const {
  if (raw.empty() || raw[0] != '"') return std::string(raw);
  std::string buffer;
  return std::string(Cursor(raw).String().Text(&buffer));
}

bool Reader::ReadUnion(Object* object, const UnionPlan& u,
                       absl::string_view raw, std::string* out) {
  path_.push_back({u.schema->name});
  Cursor cursor(raw);
  bool ok = true;
  if (TakeAbsent(*u.members.front(), &cursor)) {
    path_.pop_back();
    return true;
  }
  const FieldPlan* member = Choose(*object, u, raw);
  const Got got = member == nullptr ? Got::kUnreadable
                                    : Value(*object, *member, &cursor, out);
  if (got == Got::kUnreadable) {
    Find(rules::kUnreadableValue, "", schema::kAllDialects, /*severe=*/true);
    Keep(*object->plan, u.schema->name, raw, out);
  }
  ok = got != Got::kError;
  path_.pop_back();
  return ok;
}

// The member that the discriminator names; null where it names none. `text`
// is what the discriminator says.
const FieldPlan* Reader::Named(const Object& object, const UnionPlan& u,
                               std::string* text) const {
  const MessagePlan* plan = object.plan;
  const char* begin = object.begin;
  absl::string_view raw;
  for (const schema::Field* step : u.schema->discriminator) {
    if (plan == nullptr) return nullptr;
    const FieldPlan* field = plan->FindNumber(step->number);
    raw = RawOf(*plan, begin, field->slot);
    plan = field->message;
    begin = raw.data();
    if (raw.empty()) break;
  }
  *text = TextOf(raw);
  const auto& path = u.schema->discriminator;
  if (!path.empty() && path.back()->kind == Kind::kBool) {
    return u.members[ParseBoolean(*text).value_or(false) ? 1 : 0];
  }
  const schema::Field* named = u.schema->FindCase(*text);
  for (const FieldPlan* member : u.members) {
    if (member->field == named) return member;
  }
  return nullptr;
}

const FieldPlan* Reader::Choose(const Object& object, const UnionPlan& u,
                                absl::string_view raw) {
  std::string text;
  const FieldPlan* named = Named(object, u, &text);
  const bool flag = !u.schema->discriminator.empty() &&
                    u.schema->discriminator.back()->kind == Kind::kBool;
  // A flag is easily forgotten: there the contents must fit as well.
  if (named != nullptr && ShapeFits(*named, raw) &&
      (!flag || Fits(*named, raw))) {
    return named;
  }
  const FieldPlan* any = nullptr;
  for (const FieldPlan* member : u.members) {
    if (IsJson(*member)) {
      any = member;
    } else if (Fits(*member, raw)) {
      if (!IsBlank(text)) Find(rules::kDiscriminatorShape, text);
      return member;
    }
  }
  if (flag && named != nullptr && ShapeFits(*named, raw)) return named;
  if (any != nullptr) Find(rules::kDiscriminatorShape, text);
  return any;
}

bool Reader::Fits(const FieldPlan& member, absl::string_view raw) const {
  if (member.message == nullptr) return false;
  const MessagePlan& plan = *member.message;
  if (plan.list == nullptr) return HasRequired(plan, raw);
  const MessagePlan* element = plan.list->message;
  if (element == nullptr) return raw[0] == '[';
  if (raw[0] == '{') return HasRequired(*element, raw);
  Cursor cursor(raw);
  if (raw[0] != '[' || !cursor.EnterArray()) return raw[0] == '[';
  do {
    if (cursor.Skip()[0] != '{') return false;
  } while (cursor.NextElement());
  return true;
}

bool Reader::HasRequired(const MessagePlan& plan, absl::string_view raw) const {
  if (raw[0] != '{') return false;
  for (const FieldPlan* field : plan.required) {
    const absl::string_view value = RawOf(plan, raw.data(), field->slot);
    if (value.empty() || !KindFits(*field, value[0])) return false;
  }
  return true;
}

// Kind of the records that the object holds, as its other members say. Looked
// up once: a list may be long, and the members stand behind it.
const std::string& Reader::TypeHint(const Object& object) {
  if (hint_of_ == object.begin) return hint_;
  hint_of_ = object.begin;
  hint_.clear();
  for (const FieldPlan* hint : object.plan->record_type_hints) {
    if (!IsBlank(hint_)) break;
    hint_ = TextOf(RawOf(*object.plan, object.begin, hint->slot));
  }
  return hint_;
}

const MessagePlan* Reader::RecordPlan(const Object& object, const char* begin) {
  Cursor cursor(absl::string_view(begin, text_.data() + text_.size() - begin));
  std::string type, buffer;
  bool more = cursor.EnterObject();
  while (more && type.empty()) {
    const bool is_type = cursor.Key().Text(&buffer) == "@type";
    const absl::string_view raw = cursor.Skip();
    if (is_type) type = TextOf(raw);
    more = cursor.NextMember();
  }
  if (IsBlank(type)) type = TypeHint(object);
  if (type == last_type_ && last_plan_ != nullptr) return last_plan_;
  const schema::Message* record =
      tables_.model().FindRecord(type, options_.service);
  last_type_ = type;
  last_plan_ = record == nullptr ? nullptr : tables_.Find(*record);
  return last_plan_;
}

void Reader::AppendAny(const FieldPlan& field, const MessagePlan& plan,
                       std::string* out) const {
  AppendField(kAnyTypeUrl, absl::StrCat(kTypeUrlPrefix, plan.schema->full_name),
              out);
}

Reader::Got Reader::ReadRecord(const Object& object, const FieldPlan& field,
                               Cursor* cursor, std::string* out) {
  if (cursor->Peek() != '{') {
    cursor->Skip();
    return Got::kUnreadable;
  }
  const MessagePlan* plan = RecordPlan(object, cursor->position());
  const bool opaque = plan == nullptr;
  if (opaque) {
    Find(rules::kRecordUnknown, last_type_, 0);
    plan = tables_.opaque();
    if (plan == nullptr) {
      cursor->Skip();
      return Got::kUnreadable;
    }
  }
  out->append(field.tag);
  Nested any(out);
  AppendAny(field, *plan, out);
  AppendVarint(kAnyValue << 3 | kLength, out);
  Nested value(out);
  if (opaque) {
    AppendField(1, cursor->Skip(), out);
  } else if (!ReadObject(*plan, {}, /*record=*/true, cursor, out)) {
    return Got::kError;
  }
  value.Close();
  any.Close();
  return Got::kRead;
}

}  // namespace dci::wire
