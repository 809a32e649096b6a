#include "services/wire/reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/wire/json_text.h"
#include "services/wire/scan.h"
#include "services/wire/text_rules.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

// Most bytes of a value that a finding shows.
constexpr size_t kSeen = 80;

bool Has(const absl::InlinedVector<uint64_t, 2>& bits, int slot) {
  return (bits[slot >> 6] >> (slot & 63) & 1) != 0;
}

void Set(absl::InlinedVector<uint64_t, 2>* bits, int slot) {
  (*bits)[slot >> 6] |= uint64_t{1} << (slot & 63);
}

void Unset(absl::InlinedVector<uint64_t, 2>* bits, int slot) {
  (*bits)[slot >> 6] &= ~(uint64_t{1} << (slot & 63));
}

// null or a blank text: says nothing, whatever the field.
bool IsEmptyValue(absl::string_view raw) {
  if (raw == "null") return true;
  return raw.size() >= 2 && raw[0] == '"' &&
         IsBlank(raw.substr(1, raw.size() - 2));
}

// Cut at the border of a character.
absl::string_view Cut(absl::string_view text) {
  if (text.size() <= kSeen) return text;
  size_t n = kSeen;
  while (n > 0 && (text[n] & 0xc0) == 0x80) --n;
  return text.substr(0, n);
}

}  // namespace

Reader::Reader(const Tables& tables, absl::string_view text,
               std::vector<Finding>* findings, const ReadOptions& options)
    : tables_(tables), text_(text), findings_(findings), options_(options) {}

absl::Status Reader::Read(const MessagePlan& plan, absl::string_view inner,
                          std::string* out) {
  Cursor cursor(text_);
  const bool list = plan.list != nullptr;
  if (cursor.Peek() != (list ? '[' : '{')) {
    return ErrorAt(absl::StatusCode::kInvalidArgument,
                   list ? "expected a list" : "expected an object", options_.at,
                   cursor.position() - text_.data());
  }
  out->reserve(out->size() + text_.size());
  if (list) {
    const Object none{&plan, cursor.position()};
    ReadList(none, *plan.list, &cursor, out);
  } else {
    ReadObject(plan, {nullptr, inner}, plan.schema->record.has_value(), &cursor,
               out);
  }
  SumUpFindings();
  return error_;
}

std::string Reader::Path() const {
  std::string path = options_.at;
  for (const Step& step : path_) {
    if (step.is_index) {
      absl::StrAppend(&path, "/", step.index);
    } else {
      absl::StrAppend(&path, "/", PointerStep(step.key));
    }
  }
  return path;
}

void Reader::Find(absl::string_view rule, absl::string_view seen,
                  schema::DialectMask dialects, bool severe) {
  if (findings_ == nullptr) return;
  size_t* count = &found_[severe ? 0 : dialects != 0 ? 1 : 2];
  if (*count == kMaxFindings) {
    left_out_[severe] |= dialects;
    return;
  }
  ++*count;
  findings_->push_back(
      {Path(), std::string(rule), std::string(Cut(seen)), dialects, severe});
}

void Reader::SumUpFindings() {
  for (const bool severe : {false, true}) {
    if (left_out_[severe] == 0) continue;
    findings_->push_back({options_.at, std::string(rules::kTooManyFindings), "",
                          left_out_[severe], severe});
  }
}

void Reader::FindValue(const FieldPlan& field, absl::string_view rule,
                       absl::string_view seen, schema::DialectMask dialects,
                       bool severe) {
  const bool shown =
      !field.personal() && !seen.empty() && seen[0] != '{' && seen[0] != '[';
  Find(rule, shown ? seen : absl::string_view(), dialects, severe);
}

bool Reader::ReadObject(const MessagePlan& plan, const Around& around,
                        bool record, Cursor* cursor, std::string* out) {
  Object object{&plan, cursor->position(), record, around};
  object.seen.assign((plan.slots + 63) / 64 + 1, 0);
  object.has = object.seen;
  if (!Members(&object, cursor, out)) return false;
  for (const auto& [u, raw] : object.unions) {
    if (!ReadUnion(&object, *u, raw, out)) return false;
  }
  CheckRequired(object);
  return true;
}

bool Reader::Members(Object* object, Cursor* cursor, std::string* out) {
  if (!cursor->EnterObject()) return true;
  do {
    if (!Member(object, cursor, out)) return false;
  } while (cursor->NextMember());
  return true;
}

bool Reader::Member(Object* object, Cursor* cursor, std::string* out) {
  const RawString raw = cursor->Key();
  std::string unescaped;
  const absl::string_view key = raw.Text(&unescaped);
  const KeyPlan* known = object->plan->keys.Find(key);
  if (known == nullptr) return Unknown(object, key, cursor, out);
  path_.push_back({known->key});
  const bool ok = Known(object, *known, cursor, out);
  path_.pop_back();
  return ok;
}

bool Reader::Known(Object* object, const KeyPlan& key, Cursor* cursor,
                   std::string* out) {
  if (Has(object->seen, key.slot)) return Again(object, key, cursor, out);
  if (key.deviates != 0) {
    Find(rules::kAlias, key.key, key.deviates);
  }
  absl::string_view other;
  if (key.key != *key.canonical && GivenAgain(object, key, *cursor, &other)) {
    // The canonical name follows, and counts.
    const absl::string_view raw = cursor->Skip();
    if (raw != other && !IsEmptyValue(raw)) {
      Find(rules::kAliasConflict, "");
      Keep(*object->plan, PointerStep(key.key), raw, out);
    }
    return true;
  }
  Set(&object->seen, key.slot);
  if (key.in_union != nullptr) {
    object->unions.push_back({key.in_union, cursor->Skip()});
    return true;
  }
  cursor->Peek();
  const char* begin = cursor->position();
  switch (ReadField(*object, *key.field, key.key, cursor, out)) {
    case Got::kRead:
      Set(&object->has, key.slot);
      return true;
    case Got::kAbsent:
      // A list of none is there, and says so.
      if (key.field->field->repeated && *begin == '[') {
        Set(&object->has, key.slot);
      }
      return true;
    case Got::kUnreadable: {
      const absl::string_view raw(begin, cursor->position() - begin);
      Set(&object->has, key.slot);
      Keep(*object->plan, PointerStep(key.key), raw, out);
      return true;
    }
    case Got::kError:
      break;
  }
  return false;
}

// Whether the canonical name of the member comes later in the same object.
bool Reader::GivenAgain(Object* object, const KeyPlan& key, Cursor cursor,
                        absl::string_view* other) const {
  std::string buffer;
  cursor.Skip();
  while (cursor.NextMember()) {
    const bool same = cursor.Key().Text(&buffer) == *key.canonical;
    *other = cursor.Skip();
    if (same && !IsEmptyValue(*other)) return true;
  }
  return false;
}

bool Reader::Again(Object* object, const KeyPlan& key, Cursor* cursor,
                   std::string* out) {
  const absl::string_view first = RawOf(*object->plan, object->begin, key.slot);
  if (IsEmptyValue(first) && !Has(object->has, key.slot)) {
    // Under the other name nothing stood.
    Unset(&object->seen, key.slot);
    return Known(object, key, cursor, out);
  }
  const absl::string_view raw = cursor->Skip();
  if (raw == first || IsEmptyValue(raw)) {
    // Found by the scan if the keys are the same, and fine if they are not.
    if (key.deviates != 0) Find(rules::kAlias, key.key, key.deviates);
    return true;
  }
  Find(rules::kAliasConflict, "");
  Keep(*object->plan, PointerStep(key.key), raw, out);
  return true;
}

bool Reader::Unknown(Object* object, absl::string_view key, Cursor* cursor,
                     std::string* out) {
  bool through = false;
  if (!Through(object, key, cursor, out, &through)) return false;
  if (through) return true;
  const size_t colon = key.rfind(':');
  if (colon != absl::string_view::npos && key[0] != '@') {
    const KeyPlan* known = object->plan->keys.Find(key.substr(colon + 1));
    if (known != nullptr && !Has(object->seen, known->slot)) {
      path_.push_back({key});
      Find(rules::kPrefix, key);
      const bool ok = Known(object, *known, cursor, out);
      path_.pop_back();
      return ok;
    }
  }
  const absl::string_view raw = cursor->Skip();
  if (IsDefault(*object, key, raw)) return true;
  if (key.empty() || key[0] != '@') {
    path_.push_back({key});
    // No published schema forbids members of one's own.
    Find(rules::kUnknownKey, "", 0);
    path_.pop_back();
  }
  Keep(*object->plan, PointerStep(key), raw, out);
  return true;
}

// Reads through a key that older writers put around the members.
bool Reader::Through(Object* object, absl::string_view key, Cursor* cursor,
                     std::string* out, bool* was) {
  const Around around = object->around;
  const bool wrapper =
      around.wrappers != nullptr &&
      std::find(around.wrappers->begin(), around.wrappers->end(),
                std::string(key)) != around.wrappers->end();
  const bool inner = !around.inner.empty() && key == around.inner;
  *was = (wrapper || inner) && cursor->Peek() == '{';
  if (!*was) return true;
  path_.push_back({wrapper ? absl::string_view(*std::find(
                                 around.wrappers->begin(),
                                 around.wrappers->end(), std::string(key)))
                           : around.inner});
  Find(wrapper ? rules::kWrapper : rules::kMessageNested, "");
  const bool ok = Members(object, cursor, out);
  path_.pop_back();
  return ok;
}

// Whether the member is what the writer puts there by itself.
bool Reader::IsDefault(const Object& object, absl::string_view key,
                       absl::string_view value) const {
  const schema::Message& message = *object.plan->schema;
  const auto is_type = [&](absl::string_view type) {
    return key == "@type" && value.size() == type.size() + 2 &&
           value.substr(1, value.size() - 2) == type;
  };
  if (!object.record || !message.record.has_value()) {
    return message.type_written != 0 && is_type(message.written_type);
  }
  if (key == "@context") return value == message.record->context;
  return is_type(message.record->written_type);
}

void Reader::Keep(const MessagePlan& plan, absl::string_view path,
                  absl::string_view raw, std::string* out) {
  if (plan.extras == nullptr) return;
  out->append(plan.extras->tag);
  Nested extra(out);
  AppendField(kExtraPath, path, out);
  AppendField(kExtraJson, raw, out);
  extra.Close();
}

void Reader::CheckRequired(const Object& object) {
  if (findings_ == nullptr) return;
  for (const FieldPlan* field : object.plan->required) {
    if (Has(object.has, field->slot)) continue;
    path_.push_back({field->field->json_name});
    Find(rules::kMissingRequired, "", field->field->required);
    path_.pop_back();
  }
}

}  // namespace dci::wire
