#include "services/schema/message_builder.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "dci/wire/v1/options.pb.h"
#include "services/schema/field_builder.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;
namespace wire = dci::wire::v1;

// Numbers up to this bound are found by index, greater ones by search.
constexpr int kDenseNumbers = 64;

const wire::MessageRules& RulesOf(const Message& message) {
  return message.descriptor->options().GetExtension(wire::message);
}

const wire::FieldRules& RulesOf(const Field& field) {
  return field.descriptor->options().GetExtension(wire::field);
}

void SetFlags(Message* message) {
  const wire::MessageRules& rules = RulesOf(*message);
  message->written_type = rules.type();
  message->is_json = rules.json();
  message->is_extra = rules.extra();
  message->is_opaque = rules.opaque_record();
  message->is_list = rules.list();
  message->is_ack = rules.ack();
  message->is_envelope = rules.envelope();
}

void BuildFields(Message* message, Contents* contents, ErrorList* errors) {
  const pb::Descriptor& type = *message->descriptor;
  std::vector<const pb::FieldDescriptor*> sorted;
  for (int i = 0; i < type.field_count(); ++i) sorted.push_back(type.field(i));
  std::sort(sorted.begin(), sorted.end(),
            [](auto* a, auto* b) { return a->number() < b->number(); });
  message->fields.reserve(sorted.size());
  for (const pb::FieldDescriptor* field : sorted) {
    message->fields.push_back(BuildField(*field, contents, errors));
    message->fields.back().parent = message;
  }
  message->by_number.assign(kDenseNumbers, -1);
  for (size_t i = 0; i < message->fields.size(); ++i) {
    const Field& field = message->fields[i];
    if (field.number < kDenseNumbers) {
      message->by_number[field.number] = static_cast<int16_t>(i);
    }
    if (field.kind == Kind::kExtras) message->extras = &field;
  }
}

// A member has no key of its own.
void CheckMember(const Field& field, ErrorList* errors) {
  const wire::FieldRules& rules = RulesOf(field);
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

void BuildUnions(Message* message, ErrorList* errors) {
  const pb::Descriptor& type = *message->descriptor;
  // Members point to their union.
  message->unions.reserve(type.real_oneof_decl_count());
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    BuildUnion(*type.oneof_decl(i), message, errors);
  }
}

class KeyBuilder {
 public:
  KeyBuilder(Message* message, ErrorList* errors)
      : message_(message), errors_(errors) {}

  void Build() {
    for (const Field& field : message_->fields) {
      if (field.kind != Kind::kExtras && field.kind != Kind::kBytes &&
          field.in_union == nullptr) {
        AddField(field);
      }
    }
    for (const Union& made : message_->unions) AddUnion(made);
    for (auto& order : message_->write_order) {
      std::sort(
          order.begin(), order.end(),
          [](const WriteKey& a, const WriteKey& b) { return a.key < b.key; });
    }
  }

 private:
  template <typename Descriptor>
  void AddKey(const std::string& key, FieldRef ref, const Descriptor* at) {
    if (message_->keys.emplace(key, ref).second) return;
    errors_->Add(at, absl::StrCat("key \"", key, "\" stands for two fields of ",
                                  message_->name));
  }

  static DialectMask WrittenIn(const Field& field, const std::string& key) {
    DialectMask mask = 0;
    for (Dialect d : kAllDialectValues) {
      const int i = static_cast<int>(d);
      const auto& too = field.written_too[i];
      if (field.written_name[i] == key ||
          std::find(too.begin(), too.end(), key) != too.end()) {
        mask |= MaskOf(d);
      }
    }
    return mask;
  }

  void AddField(const Field& field) {
    auto add = [&](const std::string& key) {
      AddKey(key, {&field, nullptr, WrittenIn(field, key)}, field.descriptor);
    };
    add(field.json_name);
    for (const wire::Alias& alias : RulesOf(field).aliases()) add(alias.name());
    for (Dialect d : kAllDialectValues) {
      if (Contains(field.absent, d)) continue;
      const int i = static_cast<int>(d);
      auto& order = message_->write_order[i];
      order.push_back({field.written_name[i], &field, nullptr});
      for (const std::string& too : field.written_too[i]) {
        order.push_back({too, &field, nullptr});
      }
    }
  }

  void AddUnion(const Union& made) {
    AddKey(made.name, {nullptr, &made, kAllDialects}, message_->descriptor);
    for (auto& order : message_->write_order) {
      order.push_back({made.name, nullptr, &made});
    }
  }

  Message* message_;
  ErrorList* errors_;
};

const Field* OnlyField(const Message& message, absl::string_view name) {
  if (message.fields.size() != 1 || message.fields[0].name != name) {
    return nullptr;
  }
  return &message.fields[0];
}

// The messages that stand for something else than an object.
void CheckSpecial(Message* message, ErrorList* errors) {
  auto error = [&](absl::string_view text) {
    errors->Add(message->descriptor, text);
  };
  if (message->is_json || message->is_opaque) {
    message->text_field =
        OnlyField(*message, message->is_json ? "text" : "json");
    if (message->text_field == nullptr ||
        message->text_field->kind != Kind::kString ||
        message->text_field->repeated) {
      error(message->is_json ? "json needs the one field `optional string text`"
                             : "opaque_record needs the one field `optional "
                               "string json`");
    }
  }
  if (message->is_extra) {
    const Field* path = message->FindName("path");
    const Field* json = message->FindName("json");
    if (message->fields.size() != 2 || path == nullptr || json == nullptr ||
        path->kind != Kind::kString || json->kind != Kind::kString) {
      error("extra needs the two string fields `path` and `json`");
    }
  }
  if (message->is_list) {
    if (message->fields.size() == 1 && message->fields[0].repeated) {
      message->list_field = &message->fields[0];
    } else {
      error("list needs the one field, repeated, and no extras");
    }
  }
}

void CheckExtras(const Message& message, bool plain, ErrorList* errors) {
  const bool special = message.is_json || message.is_extra ||
                       message.is_opaque || message.is_list;
  if (special || plain || message.extras != nullptr) return;
  errors->Add(message.descriptor,
              "has no `repeated dci.common.v1.Extra extras = 999`, so what the "
              "schema does not know would be lost");
}

void SetEnvelopeParts(Message* message, ErrorList* errors) {
  if (!message->is_envelope) return;
  message->signature = message->FindName("signature");
  message->header = message->FindName("header");
  message->original = message->FindName("original");
  const FieldRef* body = message->Find("message");
  const bool whole =
      message->signature != nullptr &&
      message->signature->kind == Kind::kString && message->header != nullptr &&
      message->header->kind == Kind::kMessage && body != nullptr &&
      body->in_union != nullptr && body->in_union->members.size() == 2 &&
      (message->original == nullptr || message->original->kind == Kind::kBytes);
  if (!whole) {
    errors->Add(message->descriptor,
                "an envelope has the fields signature (string), header (a "
                "message), original (bytes), and a oneof of two, clear and "
                "encrypted, with the key \"message\"");
    return;
  }
  message->body = body->in_union->members[0];
  message->encrypted = body->in_union->members[1];
}

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

void SetDiscriminators(Message* message, ErrorList* errors) {
  for (size_t i = 0; i < message->unions.size(); ++i) {
    const pb::OneofDescriptor* oneof = message->descriptor->oneof_decl(i);
    const std::string wrong = SetDiscriminator(
        oneof->options().GetExtension(wire::oneof).discriminator(), *message,
        &message->unions[i]);
    if (!wrong.empty()) errors->Add(oneof, wrong);
  }
}

void CheckOutsideUnion(const Message& message, ErrorList* errors) {
  for (const Field& field : message.fields) {
    if (field.in_union == nullptr && !field.cases.empty()) {
      errors->Add(field.descriptor, "cases are for members of a oneof");
    }
    for (const std::string& wrapper : field.wrappers) {
      if (field.message != nullptr && field.message->Find(wrapper) != nullptr) {
        errors->Add(field.descriptor,
                    absl::StrCat("wrapper \"", wrapper, "\" is also a key of ",
                                 field.message->name));
      }
    }
  }
}

}  // namespace

void BuildMessages(const WireMessages& wire, Contents* contents,
                   ErrorList* errors) {
  // All of them first: fields point to messages in any order.
  std::vector<Message*> made;
  for (const pb::Descriptor* type : wire.all) {
    auto message = std::make_unique<Message>();
    message->full_name = type->full_name();
    message->name = type->name();
    message->descriptor = type;
    SetFlags(message.get());
    made.push_back(message.get());
    contents->message_list.push_back(message.get());
    contents->messages.emplace(type->full_name(), std::move(message));
  }
  for (Message* message : made) {
    BuildFields(message, contents, errors);
    BuildUnions(message, errors);
    KeyBuilder(message, errors).Build();
    CheckSpecial(message, errors);
    CheckExtras(*message, wire.plain.contains(message->descriptor), errors);
    SetEnvelopeParts(message, errors);
  }
  for (Message* message : made) {
    SetDiscriminators(message, errors);
    CheckOutsideUnion(*message, errors);
  }
}

}  // namespace dci::schema
