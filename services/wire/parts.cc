#include <algorithm>
#include <tuple>

#include "absl/strings/numbers.h"
#include "services/wire/json_text.h"
#include "services/wire/wire_bytes.h"
#include "services/wire/writer.h"

namespace dci::wire {
namespace {

using schema::Kind;

bool IsVarint(const FieldPlan& field) {
  return field.field->kind == Kind::kBool ||
         field.field->kind == Kind::kInt32 || field.field->kind == Kind::kEnum;
}

}  // namespace

bool Writer::TakeApart(const MessagePlan& plan, absl::string_view wire,
                       Parts* parts) {
  parts->plan = &plan;
  parts->slots = slots_.size();
  slots_.resize(slots_.size() + plan.fields.size());
  Slot* slots = slots_.data() + parts->slots;
  WireReader reader(wire);
  while (!reader.done()) {
    if (!reader.Next()) return Fail("malformed protobuf bytes");
    const FieldPlan* field = plan.FindNumber(reader.number());
    if (field == nullptr) continue;
    const bool varint = IsVarint(*field);
    const bool packed =
        varint && field->field->repeated && reader.type() == kLength;
    if (reader.type() != (varint ? kVarint : kLength) && !packed) {
      return Fail("field of another type than the schema's");
    }
    if (field == plan.extras) {
      if (!AddExtra(parts, reader.bytes())) return false;
      continue;
    }
    Slot* slot = &slots[field - plan.fields.data()];
    const auto add = [&](const Value& value) {
      const int index = static_cast<int>(values_.size());
      values_.push_back(value);
      (slot->first < 0 ? slot->first : values_[slot->last].next) = index;
      slot->last = index;
    };
    if (!packed) {
      const Value value =
          varint ? Value{nullptr, reader.varint()}
                 : Value{reader.bytes().data(), reader.bytes().size()};
      // Of a single value the last counts; the pieces of a message are merged.
      if (slot->last >= 0 && !field->field->repeated &&
          field->field->kind != Kind::kMessage && field->in_union == nullptr) {
        values_[slot->last] = value;
      } else {
        add(value);
      }
      continue;
    }
    WireReader list(reader.bytes());
    while (!list.done()) {
      uint64_t value;
      if (!list.Varint(&value)) return Fail("malformed protobuf bytes");
      add({nullptr, value});
    }
  }
  if (parts->extras.size() < 2) return true;
  std::stable_sort(parts->extras.begin(), parts->extras.end(),
                   [](const Extra& a, const Extra& b) {
                     if (a.key != b.key) return Utf16Less(a.key, b.key);
                     return a.index < b.index;
                   });
  return true;
}

bool Writer::AddExtra(Parts* parts, absl::string_view wire) {
  absl::string_view path, json;
  WireReader reader(wire);
  while (!reader.done()) {
    if (!reader.Next()) return Fail("malformed protobuf bytes");
    if (reader.type() != kLength) continue;
    if (reader.number() == kExtraPath) path = reader.bytes();
    if (reader.number() == kExtraJson) json = reader.bytes();
  }
  Extra extra;
  extra.json = json;
  // "key", or "key/7" for an element of a list; a slash in the key itself is
  // escaped.
  const size_t slash = path.find('/');
  if (slash != absl::string_view::npos &&
      (!absl::SimpleAtoi(path.substr(slash + 1), &extra.index) ||
       extra.index < 0)) {
    return Fail("extra with a path that is none");
  }
  extra.key = FromPointerStep(path.substr(0, slash));
  parts->extras.push_back(std::move(extra));
  return true;
}

void Writer::Leave(const Parts& parts) { slots_.resize(parts.slots); }

}  // namespace dci::wire
