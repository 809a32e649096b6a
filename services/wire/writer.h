// From wire bytes to JSON text. One Writer writes one text.
#ifndef CONVERGENCE_SERVICES_WIRE_WRITER_H_
#define CONVERGENCE_SERVICES_WIRE_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/wire/codec.h"
#include "services/wire/tables.h"
#include "services/wire/text_sink.h"

namespace dci::wire {

// Trusts nothing in the bytes. Not thread-safe.
class Writer {
 public:
  // `expected` bytes of text are made room for.
  Writer(const Tables& tables, const WriteOptions& options, size_t expected,
         std::string* out)
      : tables_(tables),
        options_(options),
        form_(options.normal_form ? kNormalForm
                                  : static_cast<int>(options.dialect)),
        dialect_(options.normal_form ? schema::Dialect::kC25 : options.dialect),
        out_(out, expected) {}

  absl::Status Write(const MessagePlan& plan, absl::string_view wire);

 private:
  // One value of a field, in the order of the bytes. As small as can be: two
  // bytes may hold one.
  struct Value {
    const char* data;  // null: a number
    uint64_t number;   // the number, or the size
    int next = -1;     // of the same field

    absl::string_view bytes() const {
      return data == nullptr ? absl::string_view()
                             : absl::string_view(data, number);
    }
  };
  // The values of a field.
  struct Slot {
    int first = -1;
    int last = -1;
  };
  // A member that the schema does not know.
  struct Extra {
    std::string key;
    int64_t index = -1;  // in the list of that key; -1: the member itself
    absl::string_view json;
  };
  // A message taken apart. The vectors it points into are shared by all that
  // are open, innermost last.
  struct Parts {
    const MessagePlan* plan;
    size_t slots;
    std::vector<Extra> extras;  // in the order of their keys, then of places
  };

  // parts.cc
  bool TakeApart(const MessagePlan& plan, absl::string_view wire, Parts* parts);
  bool AddExtra(Parts* parts, absl::string_view wire);
  void Leave(const Parts& parts);
  const Slot& SlotOf(const Parts& parts, const FieldPlan& field) const {
    return slots_[parts.slots + (&field - parts.plan->fields.data())];
  }

  // writer.cc
  bool Object(const MessagePlan& plan, absl::string_view wire, bool record);
  void Members(const Parts& parts, const std::vector<WriteStep>& steps,
               bool nulls);
  bool Step(const Parts& parts, const WriteStep& step, const Extra* extras,
            size_t extra_count, bool nulls);
  bool Field(const Parts& parts, const FieldPlan& field, const Extra* extras,
             size_t extra_count);
  bool List(const FieldPlan& field, Slot slot, const Extra* extras,
            size_t extra_count);

  // writer_values.cc
  bool One(const FieldPlan& field, Value value);
  void Text(const FieldPlan& field, absl::string_view text);
  bool WritesLabels(const schema::CodeList& list) const;
  bool Discriminator(const Parts& parts, const FieldPlan& field);
  bool Message(const FieldPlan& field, absl::string_view wire);
  bool Record(absl::string_view any);
  bool Raw(absl::string_view json);
  bool OnlyText(absl::string_view wire, int number, absl::string_view* text);
  const FieldPlan* Chosen(const Parts& parts, const UnionPlan& u) const;

  bool Fail(absl::string_view what) {
    if (error_.ok()) error_ = absl::InvalidArgumentError(std::string(what));
    return false;
  }

  const Tables& tables_;
  const WriteOptions options_;
  const int form_;
  const schema::Dialect dialect_;
  TextSink out_;
  absl::Status error_;
  int depth_ = 0;
  std::vector<Slot> slots_;
  std::vector<Value> values_;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_WRITER_H_
