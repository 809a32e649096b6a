#include "tools/dci/story/message.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/clock.h"

namespace dci::cli::story {
namespace {

Value Scalar(Value::Kind kind, absl::string_view text) {
  Value value = Value::Text(text);
  value.kind = kind;
  return value;
}

// Items of a batch; a message that is none counts as one.
size_t CountItems(const Value& message, const schema::Method* method) {
  if (method != nullptr) {
    if (method->items == nullptr || !method->items->repeated) return 1;
    const Value* items = message.Find(method->items->json_name);
    return items != nullptr && items->is_array() ? items->elements.size() : 1;
  }
  for (const auto& [key, member] : message.members)
    if (member.is_array()) return member.elements.size();
  return 1;
}

std::string ActionOf(const schema::Method* method, absl::string_view path) {
  if (method != nullptr && !method->actions.empty()) return method->actions[0];
  const size_t slash = path.rfind('/');
  return std::string(path.substr(slash == path.npos ? 0 : slash + 1));
}

// Puts a member into an object, or in the place of one that is there.
void Put(absl::string_view name, Value value, Value* object) {
  for (auto& [key, member] : object->members) {
    if (key != name) continue;
    member = std::move(value);
    return;
  }
  object->members.emplace_back(std::string(name), std::move(value));
}

}  // namespace

Document MakeMessage(const Value& json, const schema::Method* method,
                     absl::string_view path, const Correspondents& between,
                     const Io& io) {
  const Value* inside = json.Find("message");
  const Value& message = inside == nullptr ? json : *inside;
  Value header;
  header.kind = Value::Kind::kObject;
  const auto text = [&](absl::string_view name, absl::string_view value) {
    if (!value.empty()) Put(name, Value::Text(value), &header);
  };
  text("version", "1.0.0");
  text("message_id", io.ids->NewId());
  text("message_ts", FormatTimestamp(io.clock->Now()));
  text("action", ActionOf(method, path));
  // What a callback's header has besides.
  if (method != nullptr && method->mode == schema::Mode::kCallback)
    text("status", "succ");
  text("sender_id", between.sender_id);
  text("sender_uri", between.sender_uri);
  text("receiver_id", between.receiver_id);
  Put("total_count",
      Scalar(Value::Kind::kNumber, absl::StrCat(CountItems(message, method))),
      &header);
  Put("is_msg_encrypted", Scalar(Value::Kind::kBool, "false"), &header);
  if (const Value* more = json.Find("header"); more && inside != nullptr)
    for (const auto& [name, value] : more->members) Put(name, value, &header);
  Document document;
  document.parts = {ToJson(header), ToJson(message)};
  return document;
}

}  // namespace dci::cli::story
