#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/wire/json_text.h"
#include "services/wire/scan.h"
#include "services/wire/wire_bytes.h"
#include "services/wire/writer.h"

namespace dci::wire {

using schema::Format;
using schema::Kind;

bool Writer::One(const FieldPlan& field, Value value) {
  switch (field.field->kind) {
    case Kind::kString:
      Text(field, value.bytes());
      return true;
    case Kind::kBool:
      out_.Append(value.number != 0 ? "true" : "false");
      return true;
    case Kind::kInt32:
      out_.Append(absl::AlphaNum(static_cast<int32_t>(value.number)).Piece());
      return true;
    case Kind::kEnum: {
      const schema::Code* code = field.field->enumeration->FindNumber(
          static_cast<int32_t>(value.number));
      if (code != nullptr) out_.AppendQuoted(code->code);
      return true;
    }
    case Kind::kMessage:
      return Message(field, value.bytes());
    case Kind::kAny:
      return Record(value.bytes());
    case Kind::kJson: {
      absl::string_view text;
      if (!OnlyText(value.bytes(), 1, &text)) return false;
      return text.empty() || Raw(text);
    }
    case Kind::kExtras:
    case Kind::kBytes:
      return true;
  }
  return true;
}

bool Writer::WritesLabels(const schema::CodeList& list) const {
  if (options_.normal_form) return false;
  switch (options_.code_texts) {
    case CodeTexts::kCodes:
      return false;
    case CodeTexts::kLabels:
      return true;
    case CodeTexts::kDialects:
      break;
  }
  return schema::Contains(list.written_label, dialect_);
}

void Writer::Text(const FieldPlan& field, absl::string_view text) {
  const schema::CodeList* list = field.field->code_list;
  if (list != nullptr && WritesLabels(*list)) {
    const schema::Code* code = list->Find(text);
    if (code != nullptr && code->code == text) {
      return out_.AppendQuoted(list->WrittenLabel(*code));
    }
  }
  if (field.field->format == Format::kBoolean &&
      (text == "true" || text == "false")) {
    out_.Append(text);
    return;
  }
  out_.AppendQuoted(text);
}

// Writes the discriminator so that it names the member that is there.
bool Writer::Discriminator(const Parts& parts, const FieldPlan& field) {
  if (field.field->kind != Kind::kString) return false;
  const FieldPlan* chosen = Chosen(parts, *field.chooses);
  if (chosen == nullptr) return false;
  const schema::Field& member = *chosen->field;
  const std::string& written = member.written_case[static_cast<int>(dialect_)];
  if (written.empty()) return false;
  const Slot slot = SlotOf(parts, field);
  if (slot.last >= 0) {
    const absl::string_view text = values_[slot.last].bytes();
    const auto is = [&](const std::string& c) { return c == text; };
    // One of several languages of the same shape ("graphql") stays.
    const bool dialects_word =
        std::any_of(member.written_case.begin(), member.written_case.end(), is);
    if (!dialects_word &&
        std::any_of(member.cases.begin(), member.cases.end(), is)) {
      return false;
    }
  }
  out_.AppendQuoted(written);
  return true;
}

bool Writer::Message(const FieldPlan& field, absl::string_view wire) {
  if (field.message == nullptr) return Fail("message without a schema");
  return Object(*field.message, wire, /*record=*/false);
}

bool Writer::OnlyText(absl::string_view wire, int number,
                      absl::string_view* text) {
  WireReader reader(wire);
  while (!reader.done()) {
    if (!reader.Next()) return Fail("malformed protobuf bytes");
    if (static_cast<int>(reader.number()) == number &&
        reader.type() == kLength) {
      *text = reader.bytes();
    }
  }
  return true;
}

bool Writer::Record(absl::string_view any) {
  absl::string_view url, value;
  if (!OnlyText(any, kAnyTypeUrl, &url) || !OnlyText(any, kAnyValue, &value)) {
    return false;
  }
  const size_t slash = url.rfind('/');
  const schema::Message* record = tables_.model().FindMessage(
      slash == absl::string_view::npos ? url : url.substr(slash + 1));
  const MessagePlan* plan = record == nullptr ? nullptr : tables_.Find(*record);
  if (plan == nullptr) return Fail("record of a type without a schema");
  if (plan == tables_.opaque()) {
    absl::string_view json;
    return OnlyText(value, 1, &json) && Raw(json);
  }
  return Object(*plan, value, plan->schema->record.has_value());
}

// JSON that somebody else wrote: it may come over gRPC, and a text that ends
// its object early would become members of ours.
bool Writer::Raw(absl::string_view json) {
  Limits limits;
  limits.max_bytes = json.size();
  const absl::Status status = Scan(json, limits);
  if (!status.ok()) {
    return Fail(absl::StrCat("kept JSON is none: ", status.message()));
  }
  out_.Append(json);
  return true;
}

const FieldPlan* Writer::Chosen(const Parts& parts, const UnionPlan& u) const {
  const FieldPlan* chosen = nullptr;
  int last = -1;
  // As protobuf has it: of several members the last one counts.
  for (const FieldPlan* member : u.members) {
    if (SlotOf(parts, *member).last > last) {
      chosen = member;
      last = SlotOf(parts, *member).last;
    }
  }
  return chosen;
}

}  // namespace dci::wire
