#include "services/schema/vocabulary_builder.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dci/wire/v1/options.pb.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;
namespace wire = dci::wire::v1;

bool IsCodeList(const pb::EnumDescriptor& type) {
  return type.options().GetExtension(wire::enum_).code_list();
}

void AddCode(const pb::EnumValueDescriptor& value, Vocabulary* vocabulary,
             ErrorList* errors) {
  const auto& rules = value.options().GetExtension(wire::value);
  if (value.number() == 0) {
    if (!rules.name().empty()) {
      errors->Add(&value, "the value 0 means none and has no text");
    }
    return;
  }
  if (rules.name().empty()) {
    errors->Add(&value, "has no text on the wire: option name");
    return;
  }
  Code code;
  code.code = rules.name();
  code.label = rules.label();
  code.aliases.assign(rules.aliases().begin(), rules.aliases().end());
  code.number = value.number();
  code.constant = value.name();
  vocabulary->codes.push_back(std::move(code));
}

void Fill(const pb::EnumDescriptor& type, Vocabulary* vocabulary,
          ErrorList* errors) {
  vocabulary->full_name = type.full_name();
  vocabulary->source = type.options().GetExtension(wire::enum_).source();
  vocabulary->descriptor = &type;
  for (int i = 0; i < type.value_count(); ++i) {
    AddCode(*type.value(i), vocabulary, errors);
  }
  for (const std::string& text : vocabulary->BuildIndex()) {
    errors->Add(&type, absl::StrCat("\"", text, "\" means two values"));
  }
}

void AddCodeList(const pb::EnumDescriptor& type, Contents* contents,
                 ErrorList* errors) {
  if (!IsCodeList(type)) return;
  auto list = std::make_unique<CodeList>();
  Fill(type, list.get(), errors);
  list->written_label =
      MaskOf(type.options().GetExtension(wire::enum_).written_label());
  contents->code_lists.emplace(type.full_name(), std::move(list));
}

void AddNested(const pb::Descriptor& message, Contents* contents,
               ErrorList* errors) {
  for (int i = 0; i < message.enum_type_count(); ++i) {
    AddCodeList(*message.enum_type(i), contents, errors);
  }
  for (int i = 0; i < message.nested_type_count(); ++i) {
    AddNested(*message.nested_type(i), contents, errors);
  }
}

}  // namespace

void BuildCodeLists(Contents* contents, ErrorList* errors) {
  for (const pb::FileDescriptor* file : contents->files) {
    for (int i = 0; i < file->enum_type_count(); ++i) {
      AddCodeList(*file->enum_type(i), contents, errors);
    }
    for (int i = 0; i < file->message_type_count(); ++i) {
      AddNested(*file->message_type(i), contents, errors);
    }
  }
}

const Enum* EnumOf(const pb::EnumDescriptor& type, Contents* contents,
                   ErrorList* errors) {
  if (IsCodeList(type)) return nullptr;
  std::unique_ptr<Enum>& slot = contents->enums[type.full_name()];
  if (slot == nullptr) {
    slot = std::make_unique<Enum>();
    Fill(type, slot.get(), errors);
  }
  return slot.get();
}

}  // namespace dci::schema
