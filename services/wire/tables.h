// The schema model laid out for the codec: what each JSON key means, and what
// is written in which order.
#ifndef CONVERGENCE_SERVICES_WIRE_TABLES_H_
#define CONVERGENCE_SERVICES_WIRE_TABLES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"
#include "services/schema/model.h"

namespace dci::wire {

struct MessagePlan;
struct UnionPlan;

struct FieldPlan {
  const schema::Field* field = nullptr;
  const MessagePlan* message = nullptr;  // of a message field, else null
  const UnionPlan* in_union = nullptr;   // it is a member of
  const UnionPlan* chooses = nullptr;    // whose members its text tells apart
  std::string tag;                       // bytes of the protobuf key
  std::unique_ptr<const RE2> pattern;    // null: none
  // Key that may stand around the members of its message; empty: none.
  absl::string_view inner;
  int slot = 0;        // in its message
  bool typed = false;  // " " is no value of it

  bool personal() const { return field->personal != schema::Personal::kNo; }
};

struct UnionPlan {
  const schema::Union* schema = nullptr;
  std::vector<const FieldPlan*> members;
  int slot = 0;
};

// What a key of a JSON object is.
struct KeyPlan {
  std::string key;
  const FieldPlan* field = nullptr;  // or
  const UnionPlan* in_union = nullptr;
  const std::string* canonical = nullptr;  // the member's own name
  int slot = 0;
  // Dialects that write the member under another key.
  schema::DialectMask deviates = 0;
};

// Finds keys by their first and last eight bytes: no two keys of a schema
// differ only between.
class KeyTable {
 public:
  void Build(std::vector<KeyPlan> keys);
  const KeyPlan* Find(absl::string_view key) const {
    for (uint32_t at = Hash(key) & mask_;; at = (at + 1) & mask_) {
      const KeyPlan* plan = table_[at];
      if (plan == nullptr || absl::string_view(plan->key) == key) return plan;
    }
  }

 private:
  static uint32_t Hash(absl::string_view key);

  std::vector<KeyPlan> keys_;
  std::vector<const KeyPlan*> table_;
  uint32_t mask_ = 0;
};

// One member of an object that is written.
struct WriteStep {
  std::string key;
  std::string text;  // ,"key":  and for a literal also its value
  const FieldPlan* field = nullptr;     // or
  const UnionPlan* in_union = nullptr;  // or, with neither, a literal
  // The dialect demands the list: one of none is written too.
  bool must_be_list = false;
  // Where it is absent, it is written as null.
  bool null_if_absent = false;
  // The field's place among its message's, where nothing is written of it when
  // it is absent; -1: where something may be.
  int optional = -1;
};

// Forms a message is written in: one for each dialect, and the normal form.
inline constexpr int kNormalForm = schema::kDialects;
inline constexpr int kForms = schema::kDialects + 1;

struct MessagePlan {
  const schema::Message* schema = nullptr;
  std::vector<FieldPlan> fields;
  std::vector<UnionPlan> unions;
  int slots = 0;  // of fields outside unions, and of unions
  KeyTable keys;
  std::vector<const FieldPlan*> by_number;  // small numbers
  std::vector<const FieldPlan*> required;   // in any dialect
  // Says what records of `reg_records` are where they have no "@type".
  std::vector<const FieldPlan*> record_type_hints;
  const FieldPlan* extras = nullptr;
  const FieldPlan* list = nullptr;  // of a message that is a JSON list
  const FieldPlan* bare = nullptr;  // that a text in place of the object means
  std::array<std::vector<WriteStep>, kForms> steps;
  // The same for a record where it stands by itself: with "@context" and
  // "@type".
  std::array<std::vector<WriteStep>, kForms> record_steps;

  const FieldPlan* FindNumber(uint32_t number) const {
    if (number < by_number.size()) return by_number[number];
    return extras != nullptr &&
                   static_cast<uint32_t>(extras->field->number) == number
               ? extras
               : nullptr;
  }
};

// Immutable, so thread-safe.
class Tables {
 public:
  explicit Tables(const schema::Model& model);

  const MessagePlan* Find(const schema::Message& message) const;
  const schema::Model& model() const { return model_; }
  // Holds a record whose type nobody declares; null where the schema has no
  // such message.
  const MessagePlan* opaque() const { return opaque_; }

 private:
  void Fill(MessagePlan* plan);
  void FillKeys(MessagePlan* plan);
  void FillSteps(MessagePlan* plan);
  void FillRecordSteps(MessagePlan* plan, int form);
  void FillValueType(MessagePlan* plan, schema::Dialect dialect);

  const schema::Model& model_;
  absl::flat_hash_map<const schema::Message*, std::unique_ptr<MessagePlan>>
      plans_;
  const MessagePlan* opaque_ = nullptr;
};

// Field numbers of the messages that the schema marks, which have no others.
inline constexpr int kExtraPath = 1;
inline constexpr int kExtraJson = 2;
inline constexpr int kAnyTypeUrl = 1;
inline constexpr int kAnyValue = 2;

inline constexpr absl::string_view kTypeUrlPrefix = "type.googleapis.com/";

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_TABLES_H_
