#include "services/wire/tables.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/wire/json_text.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

using schema::Kind;

// Field numbers beyond are found one by one; only `extras` is there.
constexpr int kSmallNumbers = 256;

uint64_t Load(const char* p, size_t n) {
  uint64_t value = 0;
  std::memcpy(&value, p, n);
  return value;
}

std::string StepText(absl::string_view key) {
  std::string text = ",";
  AppendQuoted(key, &text);
  text.push_back(':');
  return text;
}

WriteStep Literal(absl::string_view key, absl::string_view json) {
  return {std::string(key), absl::StrCat(StepText(key), json)};
}

// Where a dialect writes one element without brackets, none has no form.
bool MustBeList(const schema::Field& field, schema::Dialect dialect) {
  return field.repeated && schema::Contains(field.required, dialect) &&
         !schema::Contains(field.written_single, dialect);
}

void SortSteps(std::vector<WriteStep>* steps) {
  std::stable_sort(steps->begin(), steps->end(),
                   [](const WriteStep& a, const WriteStep& b) {
                     return Utf16Less(a.key, b.key);
                   });
}

}  // namespace

uint32_t KeyTable::Hash(absl::string_view key) {
  const size_t n = key.size();
  uint64_t first, last;
  if (n >= 8) {
    first = Load(key.data(), 8);
    last = Load(key.data() + n - 8, 8);
  } else if (n >= 4) {
    first = Load(key.data(), 4);
    last = Load(key.data() + n - 4, 4);
  } else {
    first = n == 0 ? 0 : static_cast<unsigned char>(key[0]);
    last = n == 0 ? 0 : static_cast<unsigned char>(key[n - 1]);
  }
  const uint64_t mixed =
      (first ^ n) * 0x9e3779b97f4a7c15u ^ (last + n) * 0xc2b2ae3d27d4eb4fu;
  return static_cast<uint32_t>(mixed >> 32);
}

void KeyTable::Build(std::vector<KeyPlan> keys) {
  keys_ = std::move(keys);
  size_t size = 4;
  while (size < keys_.size() * 3) size *= 2;
  table_.assign(size, nullptr);
  mask_ = static_cast<uint32_t>(size - 1);
  for (const KeyPlan& plan : keys_) {
    uint32_t at = Hash(plan.key) & mask_;
    while (table_[at] != nullptr) at = (at + 1) & mask_;
    table_[at] = &plan;
  }
}

Tables::Tables(const schema::Model& model) : model_(model) {
  for (const schema::Message* message : model.messages()) {
    auto plan = std::make_unique<MessagePlan>();
    plan->schema = message;
    // Pointers to fields and unions are given out: they may not move.
    plan->fields.resize(message->fields.size());
    plan->unions.resize(message->unions.size());
    if (message->is_opaque) opaque_ = plan.get();
    plans_.emplace(message, std::move(plan));
  }
  for (auto& [message, plan] : plans_) Fill(plan.get());
  for (auto& [message, plan] : plans_) {
    FillKeys(plan.get());
    FillSteps(plan.get());
  }
}

const MessagePlan* Tables::Find(const schema::Message& message) const {
  auto it = plans_.find(&message);
  return it == plans_.end() ? nullptr : it->second.get();
}

void Tables::Fill(MessagePlan* plan) {
  plan->by_number.assign(kSmallNumbers, nullptr);
  for (size_t i = 0; i < plan->fields.size(); ++i) {
    const schema::Field& field = plan->schema->fields[i];
    FieldPlan& f = plan->fields[i];
    f.field = &field;
    if (field.kind == Kind::kMessage && field.message != nullptr) {
      f.message = Find(*field.message);
    }
    AppendVarint(field.tag, &f.tag);
    if (!field.pattern.empty()) {
      f.pattern = std::make_unique<const RE2>(field.pattern, RE2::Quiet);
    }
    f.typed = field.kind != Kind::kString ||
              field.format != schema::Format::kNone ||
              field.code_list != nullptr;
    const bool body = &field == plan->schema->body ||
                      (plan->schema->is_ack && field.kind == Kind::kMessage);
    if (body) f.inner = field.json_name;
    f.slot = plan->slots++;
    if (field.number < kSmallNumbers) plan->by_number[field.number] = &f;
    if (field.required != 0) plan->required.push_back(&f);
    if (field.kind == Kind::kExtras) plan->extras = &f;
    if (&field == plan->schema->list_field) plan->list = &f;
    if (&field == plan->schema->bare) plan->bare = &f;
    if (field.name == "reg_record_type" || field.name == "response_entity") {
      plan->record_type_hints.push_back(&f);
    }
  }
  for (size_t i = 0; i < plan->unions.size(); ++i) {
    UnionPlan& u = plan->unions[i];
    u.schema = &plan->schema->unions[i];
    u.slot = plan->slots++;
    for (FieldPlan& f : plan->fields) {
      if (f.field->in_union == u.schema) {
        f.in_union = &u;
        u.members.push_back(&f);
      }
      const auto& path = u.schema->discriminator;
      if (path.size() == 1 && path[0] == f.field) f.chooses = &u;
    }
  }
}

void Tables::FillKeys(MessagePlan* plan) {
  std::vector<KeyPlan> keys;
  for (const auto& [key, ref] : plan->schema->keys) {
    KeyPlan k;
    k.key = key;
    schema::DialectMask lacking = 0;
    if (ref.in_union != nullptr) {
      k.in_union = &plan->unions[ref.in_union - plan->schema->unions.data()];
      k.canonical = &ref.in_union->name;
      k.slot = k.in_union->slot;
    } else {
      k.field = &plan->fields[ref.field - plan->schema->fields.data()];
      k.canonical = &ref.field->json_name;
      k.slot = k.field->slot;
      lacking = ref.field->absent;
    }
    // Where a dialect has no such member, no spelling is the wrong one,
    // except for the older ones.
    if (key == *k.canonical) {
      k.deviates = schema::kAllDialects & ~ref.canonical_in & ~lacking;
    } else {
      k.deviates = schema::kAllDialects & ~ref.canonical_in;
    }
    keys.push_back(std::move(k));
  }
  plan->keys.Build(std::move(keys));
}

void Tables::FillSteps(MessagePlan* plan) {
  const schema::Message& message = *plan->schema;
  for (int d = 0; d < schema::kDialects; ++d) {
    for (const schema::WriteKey& w : message.write_order[d]) {
      WriteStep step{w.key, StepText(w.key)};
      if (w.in_union != nullptr) {
        step.in_union = &plan->unions[w.in_union - message.unions.data()];
      } else {
        const int place = static_cast<int>(w.field - message.fields.data());
        step.field = &plan->fields[place];
        step.must_be_list =
            MustBeList(*w.field, static_cast<schema::Dialect>(d));
        step.null_if_absent = schema::Contains(step.field->field->written_null,
                                               static_cast<schema::Dialect>(d));
        const bool always = step.must_be_list || step.null_if_absent ||
                            step.field->chooses != nullptr;
        step.optional = always ? -1 : place;
      }
      plan->steps[d].push_back(std::move(step));
    }
    FillRecordSteps(plan, d);
    FillValueType(plan, static_cast<schema::Dialect>(d));
  }
  std::vector<WriteStep>& normal = plan->steps[kNormalForm];
  for (const FieldPlan& f : plan->fields) {
    if (f.in_union != nullptr || f.field->kind == Kind::kExtras ||
        f.field->kind == Kind::kBytes) {
      continue;
    }
    const std::string& key = f.field->json_name;
    WriteStep step{key, StepText(key), &f};
    if (f.chooses == nullptr)
      step.optional = static_cast<int>(&f - plan->fields.data());
    normal.push_back(std::move(step));
  }
  for (const UnionPlan& u : plan->unions) {
    normal.push_back({u.schema->name, StepText(u.schema->name), nullptr, &u});
  }
  SortSteps(&normal);
  FillRecordSteps(plan, kNormalForm);
}

// After the record's steps, which have a type of their own.
void Tables::FillValueType(MessagePlan* plan, schema::Dialect dialect) {
  if (!schema::Contains(plan->schema->type_written, dialect)) return;
  std::string type;
  AppendQuoted(plan->schema->written_type, &type);
  std::vector<WriteStep>& steps = plan->steps[static_cast<int>(dialect)];
  steps.push_back(Literal("@type", type));
  SortSteps(&steps);
}

void Tables::FillRecordSteps(MessagePlan* plan, int form) {
  if (!plan->schema->record.has_value()) return;
  const schema::Record& record = *plan->schema->record;
  std::vector<WriteStep>& steps = plan->record_steps[form];
  steps = plan->steps[form];
  if (!record.context.empty()) {
    steps.push_back(Literal("@context", record.context));
  }
  if (!record.written_type.empty()) {
    std::string type;
    AppendQuoted(record.written_type, &type);
    steps.push_back(Literal("@type", type));
  }
  SortSteps(&steps);
}

}  // namespace dci::wire
