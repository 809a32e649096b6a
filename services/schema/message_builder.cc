#include "services/schema/message_builder.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/wire/v1/options.pb.h"
#include "services/schema/field_builder.h"
#include "services/schema/key_builder.h"
#include "services/schema/union_builder.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;
namespace wire = dci::wire::v1;

// Numbers up to this bound are found by index, greater ones by search.
constexpr int kDenseNumbers = 64;

const wire::MessageRules& RulesOf(const Message& message) {
  return message.descriptor->options().GetExtension(wire::message);
}

void SetFlags(Message* message) {
  const wire::MessageRules& rules = RulesOf(*message);
  message->written_type = rules.type();
  message->type_written = MaskOf(rules.type_written());
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

const Field* OnlyField(const Message& message, absl::string_view name) {
  if (message.fields.size() != 1 || message.fields[0].name != name) {
    return nullptr;
  }
  return &message.fields[0];
}

void SetBare(Message* message, ErrorList* errors) {
  const std::string& name = RulesOf(*message).bare();
  if (name.empty()) return;
  message->bare = message->FindName(name);
  if (message->bare == nullptr || message->bare->kind != Kind::kString ||
      message->bare->repeated) {
    errors->Add(message->descriptor,
                absl::StrCat("bare: ", name, " is no single text"));
  }
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
  if (message->type_written != 0 && message->written_type.empty()) {
    error("type_written: there is no type to write");
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
    BuildKeys(message, errors);
    CheckSpecial(message, errors);
    SetBare(message, errors);
    CheckExtras(*message, wire.plain.contains(message->descriptor), errors);
    SetEnvelopeParts(message, errors);
  }
  for (Message* message : made) {
    SetDiscriminators(message, errors);
    CheckOutsideUnion(*message, errors);
  }
}

}  // namespace dci::schema
