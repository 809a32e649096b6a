#include "services/schema/union_builder.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dci/wire/v1/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;
namespace wire = dci::wire::v1;

// A member has no key of its own.
void CheckMember(const Field& field, ErrorList* errors) {
  const auto& rules = field.descriptor->options().GetExtension(wire::field);
  if (!rules.name().empty() || rules.aliases_size() > 0) {
    errors->Add(field.descriptor,
                "name and aliases are for the oneof, not for its members");
  }
  if (field.required != 0 || field.absent != 0) {
    errors->Add(field.descriptor,
                "required and absent are not for members of a oneof");
  }
}

void BuildUnion(const pb::OneofDescriptor& oneof, Message* message,
                ErrorList* errors) {
  const auto& rules = oneof.options().GetExtension(wire::oneof);
  Union& made = message->unions.emplace_back();
  made.name = rules.name();
  made.oneof_name = oneof.name();
  if (made.name.empty()) {
    errors->Add(&oneof, "has no JSON key: option name");
  }
  for (int i = 0; i < oneof.field_count(); ++i) {
    const int number = oneof.field(i)->number();
    auto field =
        std::find_if(message->fields.begin(), message->fields.end(),
                     [&](const Field& f) { return f.number == number; });
    field->json_name = made.name;
    field->written_name.fill(made.name);
    field->in_union = &made;
    made.members.push_back(&*field);
    CheckMember(*field, errors);
  }
}

}  // namespace

void BuildUnions(Message* message, ErrorList* errors) {
  const pb::Descriptor& type = *message->descriptor;
  // Members point to their union.
  message->unions.reserve(type.real_oneof_decl_count());
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    BuildUnion(*type.oneof_decl(i), message, errors);
  }
}

namespace {

std::string Resolve(absl::string_view text, const Message& message,
                    std::vector<const Field*>* path) {
  const Message* at = &message;
  for (absl::string_view part : absl::StrSplit(text, '.')) {
    const FieldRef* ref = at == nullptr ? nullptr : at->Find(part);
    if (ref == nullptr || ref->field == nullptr) {
      return absl::StrCat("discriminator: no field ", text);
    }
    path->push_back(ref->field);
    at = ref->field->message;
  }
  const Field& leaf = *path->back();
  if (leaf.kind != Kind::kString && leaf.kind != Kind::kBool &&
      leaf.kind != Kind::kEnum) {
    return absl::StrCat("discriminator: ", text, " is no text and no bool");
  }
  return "";
}

// Every value of a text discriminator means at most one member, and every
// member but the one for any other shape has a value.
std::string CheckCases(const Union& made) {
  std::vector<std::string> seen;
  for (const Field* member : made.members) {
    if (member->cases.empty() && member->kind != Kind::kJson) {
      return absl::StrCat("member ", member->name, " has no cases");
    }
    for (const std::string& c : member->cases) {
      const std::string folded = absl::AsciiStrToLower(c);
      if (std::find(seen.begin(), seen.end(), folded) != seen.end()) {
        return absl::StrCat("case \"", c, "\" means two members");
      }
      seen.push_back(folded);
    }
  }
  return "";
}

std::string CheckBoolCases(const Union& made) {
  if (made.members.size() != 2) {
    return "a bool chooses between two members, not among more";
  }
  for (const Field* member : made.members) {
    if (!member->cases.empty()) return "a bool discriminator has no cases";
  }
  return "";
}

std::string SetDiscriminator(absl::string_view text, const Message& message,
                             Union* made) {
  if (text.empty()) {
    for (const Field* member : made->members) {
      if (!member->cases.empty()) return "cases without a discriminator";
    }
    return "";
  }
  std::string wrong = Resolve(text, message, &made->discriminator);
  if (!wrong.empty()) return wrong;
  return made->discriminator.back()->kind == Kind::kBool ? CheckBoolCases(*made)
                                                         : CheckCases(*made);
}

}  // namespace

void SetDiscriminators(Message* message, ErrorList* errors) {
  for (size_t i = 0; i < message->unions.size(); ++i) {
    const pb::OneofDescriptor* oneof = message->descriptor->oneof_decl(i);
    const std::string wrong = SetDiscriminator(
        oneof->options().GetExtension(wire::oneof).discriminator(), *message,
        &message->unions[i]);
    if (!wrong.empty()) errors->Add(oneof, wrong);
  }
}

}  // namespace dci::schema
