#include "services/wire/writer.h"

#include <simdjson.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/wire/json_text.h"
#include "services/wire/scan.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

using schema::Format;
using schema::Kind;

// Messages inside each other; what a reader lets in is never deeper.
constexpr int kMaxDepth = 100;
// Fields, and values, that a usual request has; a kilobyte of them, which the
// allocator hands out at once.
constexpr size_t kRoom = 40;

}  // namespace

absl::Status Writer::Write(const MessagePlan& plan, absl::string_view wire) {
  const size_t begin = out_.size();
  slots_.reserve(kRoom);
  values_.reserve(kRoom);
  Object(plan, wire, plan.schema->record.has_value());
  // Texts stand between quotes, so what is wrong in one shows in the whole.
  if (error_.ok() &&
      !simdjson::validate_utf8(&out_[begin], out_.size() - begin)) {
    Fail("text that is not UTF-8");
  }
  out_.Finish();
  return error_;
}

bool Writer::Object(const MessagePlan& plan, absl::string_view wire,
                    bool record) {
  if (depth_ >= kMaxDepth) return Fail("messages nested too deep");
  const bool nulls = options_.nulls && depth_ == 0;
  ++depth_;
  const size_t values = values_.size();
  Parts parts;
  if (!TakeApart(plan, wire, &parts)) return false;
  if (plan.list != nullptr) {
    List(*plan.list, SlotOf(parts, *plan.list), nullptr, 0);
  } else {
    Members(parts, record ? plan.record_steps[form_] : plan.steps[form_],
            nulls);
  }
  Leave(parts);
  values_.resize(values);
  --depth_;
  return error_.ok();
}

// Merges what the schema writes with what it does not know, by key.
void Writer::Members(const Parts& parts, const std::vector<WriteStep>& steps,
                     bool nulls) {
  const size_t begin = out_.size();
  const Extra* extra = parts.extras.data();
  const Extra* end = extra + parts.extras.size();
  auto step = steps.begin();
  while (error_.ok() && (step != steps.end() || extra != end)) {
    // Most of what a record may have, it has not.
    if (extra == end && step->optional >= 0 && !nulls &&
        slots_[parts.slots + step->optional].first < 0) {
      ++step;
      continue;
    }
    const Extra* same = extra;
    if (extra != end) {
      while (same != end && same->key == extra->key) ++same;
      if (step == steps.end() || Utf16Less(extra->key, step->key)) {
        // No field is written here: the last value, as it came. Elements
        // whose list the dialect writes nowhere have no place.
        if ((same - 1)->index < 0 || extra->index < 0) {
          out_.Push(',');
          out_.AppendQuoted(extra->key);
          out_.Push(':');
          if (!Raw(extra->json)) return;
        }
        extra = same;
        continue;
      }
      if (extra->key != step->key) same = extra;
    }
    if (!Step(parts, *step, extra, same - extra, nulls)) return;
    extra = same;
    ++step;
  }
  // Every member brings its comma; the first one's is the brace.
  if (out_.size() == begin) out_.Push('{');
  out_[begin] = '{';
  out_.Push('}');
}

bool Writer::Step(const Parts& parts, const WriteStep& step,
                  const Extra* extras, size_t extra_count, bool nulls) {
  const size_t before = out_.size();
  const bool literal = step.field == nullptr && step.in_union == nullptr;
  const Extra* whole = extra_count > 0 && extras->index < 0 ? extras : nullptr;
  if (literal && whole == nullptr) {
    out_.Append(step.text);
    return true;
  }
  if (!literal) {
    const FieldPlan* field =
        step.in_union != nullptr ? Chosen(parts, *step.in_union) : step.field;
    out_.Append(step.text);
    const size_t value = out_.size();
    if (field != nullptr && !Field(parts, *field, extras, extra_count)) {
      return false;
    }
    if (out_.size() > value) return true;
    if (whole == nullptr && step.must_be_list) {
      out_.Append("[]");
      return true;
    }
    out_.Truncate(before);
  }
  if (whole == nullptr && !nulls && !step.null_if_absent) return true;
  if (literal) {
    out_.Push(',');
    out_.AppendQuoted(step.key);
    out_.Push(':');
  } else {
    out_.Append(step.text);
  }
  if (whole != nullptr) return Raw(whole->json);
  out_.Append("null");
  return true;
}

// Writes nothing where the field is absent.
bool Writer::Field(const Parts& parts, const FieldPlan& field,
                   const Extra* extras, size_t extra_count) {
  const Slot slot = SlotOf(parts, field);
  if (field.chooses != nullptr && Discriminator(parts, field)) return true;
  while (extra_count > 0 && extras->index < 0) {
    ++extras;
    --extra_count;
  }
  if (slot.first < 0 && extra_count == 0) return true;
  if (field.field->repeated) {
    const bool single = extra_count == 0 && slot.first == slot.last &&
                        schema::Contains(field.field->written_single, dialect_);
    if (!single) return List(field, slot, extras, extra_count);
  }
  if (slot.first < 0) return true;
  if (slot.first != slot.last && field.field->kind == Kind::kMessage &&
      !field.field->repeated) {
    // Protobuf merges the pieces of one message.
    std::string merged;
    for (int i = slot.first; i >= 0; i = values_[i].next) {
      absl::StrAppend(&merged, values_[i].bytes());
    }
    return Message(field, merged);
  }
  return One(field, values_[slot.last]);
}

bool Writer::List(const FieldPlan& field, Slot slot, const Extra* extras,
                  size_t extra_count) {
  out_.Push('[');
  const char* comma = "";
  int64_t place = 0;
  const Extra* end = extras + extra_count;
  for (int i = slot.first; i >= 0 || extras != end; ++place) {
    out_.Append(comma);
    comma = ",";
    if (extras != end && (i < 0 || extras->index <= place)) {
      if (!Raw(extras->json)) return false;
      ++extras;
      continue;
    }
    const Value value = values_[i];
    const size_t before = out_.size();
    if (!One(field, value)) return false;
    if (out_.size() == before) out_.Append("null");
    i = value.next;
  }
  out_.Push(']');
  return true;
}

}  // namespace dci::wire
