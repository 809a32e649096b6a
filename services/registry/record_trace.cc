#include "services/registry/record_trace.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/registry/normal_form.h"
#include "services/wire/wire_bytes.h"

namespace dci::registry {
namespace {

// A place within a place within a place …
constexpr int kMaxDepth = 32;
// Lists of kinds of identifiers: a message with a field of such a list, and a
// field beside it that identifies, is an identifier.
constexpr char kIdentifierTypes[] = "IdentifierType";

// First bytes of names: an identifier never passes for a record.
constexpr char kIdentifier = 'i';
constexpr char kRecord = 'r';

bool NamesATypeOfIdentifier(const schema::Field& field) {
  return field.code_list != nullptr &&
         absl::string_view(field.code_list->full_name).find(kIdentifierTypes) !=
             absl::string_view::npos;
}

bool HoldsAnIdentifier(const schema::Field& field) {
  return field.kind == schema::Kind::kString && !field.repeated &&
         field.personal == schema::Personal::kIdentifying;
}

}  // namespace

std::string IdentifierName(const schema::Field* type_field,
                           absl::string_view type, absl::string_view value) {
  value = absl::StripAsciiWhitespace(value);
  std::string code(absl::StripAsciiWhitespace(type));
  if (code.empty() || value.empty()) return "";
  if (type_field != nullptr)
    code = NormalForm(*type_field, code).value_or(code);
  std::string name(1, kIdentifier);
  AppendOrderedText(&name, absl::AsciiStrToLower(schema::LastSegment(code)));
  AppendOrderedText(&name, value);
  return name;
}

std::string RecordName(const schema::Message& message,
                       absl::string_view primary_key) {
  std::string name(1, kRecord);
  AppendOrderedText(&name, message.full_name);
  absl::StrAppend(&name, primary_key);
  return name;
}

RecordTrace::Node& RecordTrace::Child(Node& node, const schema::Field& field) {
  for (Node& child : node.children)
    if (child.field == &field) return child;
  node.children.push_back({&field, {}});
  return node.children.back();
}

void RecordTrace::Walk(const schema::Message& message, absl::string_view bytes,
                       int depth, Node& node) {
  const schema::Field* type_field = nullptr;
  absl::string_view type, value;
  wire::WireReader reader(bytes);
  while (reader.Next()) {
    const schema::Field* field =
        message.FindNumber(static_cast<int>(reader.number()));
    if (field == nullptr) continue;
    Node& child = Child(node, *field);
    if (reader.type() != wire::kLength) continue;
    if (field->kind == schema::Kind::kMessage && depth < kMaxDepth) {
      Walk(*field->message, reader.bytes(), depth + 1, child);
    } else if (NamesATypeOfIdentifier(*field)) {
      type_field = field;
      type = reader.bytes();
    } else if (HoldsAnIdentifier(*field)) {
      value = reader.bytes();
    }
  }
  if (type_field == nullptr) return;
  std::string name = IdentifierName(type_field, type, value);
  if (!name.empty()) identifiers_.insert(std::move(name));
}

void RecordTrace::Add(const schema::Message& message,
                      absl::string_view record) {
  Walk(message, record, 0, root_);
}

void RecordTrace::Write(const Node& node, state::FieldNode* out) {
  out->set_number(static_cast<uint32_t>(node.field->number));
  for (const Node& child : node.children) Write(child, out->add_fields());
}

void RecordTrace::WriteFields(
    google::protobuf::RepeatedPtrField<state::FieldNode>* out) const {
  for (const Node& child : root_.children) Write(child, out->Add());
}

namespace {

void AddPaths(const schema::Message* message, const std::string& prefix,
              const google::protobuf::RepeatedPtrField<state::FieldNode>& nodes,
              std::vector<std::string>* paths) {
  for (const state::FieldNode& node : nodes) {
    const schema::Field* field =
        message == nullptr
            ? nullptr
            : message->FindNumber(static_cast<int>(node.number()));
    const std::string path = absl::StrCat(
        prefix, prefix.empty() ? "" : ".",
        field == nullptr ? absl::StrCat(node.number()) : field->name);
    if (node.fields().empty()) {
      paths->push_back(path);
    } else {
      AddPaths(field == nullptr ? nullptr : field->message, path, node.fields(),
               paths);
    }
  }
}

}  // namespace

std::vector<std::string> FieldPaths(
    const schema::Message& message,
    const google::protobuf::RepeatedPtrField<state::FieldNode>& fields) {
  std::vector<std::string> paths;
  AddPaths(&message, "", fields, &paths);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace dci::registry
