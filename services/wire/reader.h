// From JSON text to wire bytes. One Reader reads one text.
#ifndef CONVERGENCE_SERVICES_WIRE_READER_H_
#define CONVERGENCE_SERVICES_WIRE_READER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/wire/codec.h"
#include "services/wire/cursor.h"
#include "services/wire/finding.h"
#include "services/wire/tables.h"

namespace dci::wire {

// Reads text that Scan has passed. Not thread-safe.
class Reader {
 public:
  Reader(const Tables& tables, absl::string_view text,
         std::vector<Finding>* findings, const ReadOptions& options);

  // Appends the wire bytes of the text as a message of `plan`. `inner` is a
  // key that may stand around the members (message_nested); empty: none.
  absl::Status Read(const MessagePlan& plan, absl::string_view inner,
                    std::string* out);

 private:
  // What became of a value.
  enum class Got {
    kRead,
    kAbsent,      // nothing stood there
    kUnreadable,  // to be kept as it is
    kError,       // error_ says why; everything ends
  };

  // Keys around the members of an object that are read through.
  struct Around {
    const std::vector<std::string>* wrappers = nullptr;
    absl::string_view inner;
  };

  // An object that is being read.
  struct Object {
    const MessagePlan* plan;
    const char* begin;    // of its text
    bool record = false;  // it stands by itself, with "@type"
    Around around;
    absl::InlinedVector<uint64_t, 2> seen;  // by slot: the key was there
    absl::InlinedVector<uint64_t, 2> has;   // it had a value
    // Unions wait until all of the object is known.
    absl::InlinedVector<std::pair<const UnionPlan*, absl::string_view>, 1>
        unions;
  };

  // reader.cc: objects and their members.
  bool ReadObject(const MessagePlan& plan, const Around& around, bool record,
                  Cursor* cursor, std::string* out);
  bool Members(Object* object, Cursor* cursor, std::string* out);
  bool Member(Object* object, Cursor* cursor, std::string* out);
  bool Known(Object* object, const KeyPlan& key, Cursor* cursor,
             std::string* out);
  bool Again(Object* object, const KeyPlan& key, Cursor* cursor,
             std::string* out);
  bool GivenAgain(Object* object, const KeyPlan& key, Cursor cursor,
                  absl::string_view* other) const;
  bool Unknown(Object* object, absl::string_view key, Cursor* cursor,
               std::string* out);
  bool Through(Object* object, absl::string_view key, Cursor* cursor,
               std::string* out, bool* was);
  bool IsDefault(const Object& object, absl::string_view key,
                 absl::string_view value) const;
  void Keep(const MessagePlan& plan, absl::string_view path,
            absl::string_view raw, std::string* out);
  void CheckRequired(const Object& object);

  // fields.cc: absent, one, or many.
  Got ReadField(const Object& object, const FieldPlan& field,
                absl::string_view sent, Cursor* cursor, std::string* out);
  Got ReadList(const Object& object, const FieldPlan& field, Cursor* cursor,
               std::string* out);
  Got ListAsSingle(const Object& object, const FieldPlan& field, Cursor* cursor,
                   std::string* out);
  // Whether the next value is null or a blank text, which is then behind.
  bool TakeAbsent(const FieldPlan& field, Cursor* cursor);

  // values.cc: one value.
  Got Value(const Object& object, const FieldPlan& field, Cursor* cursor,
            std::string* out);
  Got Text(const FieldPlan& field, Cursor* cursor, std::string* out);
  Got TextValue(const FieldPlan& field, absl::string_view text,
                std::string* out);
  Got NumberText(const FieldPlan& field, absl::string_view raw,
                 std::string* out);
  Got BooleanText(const FieldPlan& field, absl::string_view raw,
                  std::string* out);
  Got Boolean(const FieldPlan& field, Cursor* cursor, std::string* out);
  Got Integer(const FieldPlan& field, Cursor* cursor, std::string* out);
  Got Word(const FieldPlan& field, Cursor* cursor, std::string* out);
  Got Json(const FieldPlan& field, Cursor* cursor, std::string* out);
  Got Bare(const FieldPlan& field, Cursor* cursor, std::string* out);
  Got Nest(const FieldPlan& field, Cursor* cursor, std::string* out);

  // shapes.cc: where something else than the key decides.
  bool ReadUnion(Object* object, const UnionPlan& u, absl::string_view raw,
                 std::string* out);
  const FieldPlan* Choose(const Object& object, const UnionPlan& u,
                          absl::string_view raw);
  const FieldPlan* Named(const Object& object, const UnionPlan& u,
                         std::string* text) const;
  bool Fits(const FieldPlan& member, absl::string_view raw) const;
  bool HasRequired(const MessagePlan& plan, absl::string_view raw) const;
  Got ReadRecord(const Object& object, const FieldPlan& field, Cursor* cursor,
                 std::string* out);
  const MessagePlan* RecordPlan(const Object& object, const char* begin);
  const std::string& TypeHint(const Object& object);
  void AppendAny(const FieldPlan& field, const MessagePlan& plan,
                 std::string* out) const;
  // Value of the object's member in that slot; empty where there is none.
  absl::string_view RawOf(const MessagePlan& plan, const char* begin,
                          int slot) const;
  // Text of a member, unescaped; "true" and numbers too.
  std::string TextOf(absl::string_view raw) const;

  void Find(absl::string_view rule, absl::string_view seen,
            schema::DialectMask dialects = schema::kAllDialects,
            bool severe = false);
  // The same for a value, whose text is left out where it must be.
  void FindValue(const FieldPlan& field, absl::string_view rule,
                 absl::string_view seen,
                 schema::DialectMask dialects = schema::kAllDialects,
                 bool severe = false);
  void SumUpFindings();
  std::string Path() const;

  // A step of the path: a key, or a place in a list.
  struct Step {
    absl::string_view key;
    size_t index = 0;
    bool is_index = false;
  };
  class Pushed;

  const Tables& tables_;
  const absl::string_view text_;
  std::vector<Finding>* const findings_;
  size_t found_[3] = {};                  // by class, see kMaxFindings
  schema::DialectMask left_out_[2] = {};  // not severe, severe
  const ReadOptions& options_;
  std::vector<Step> path_;
  std::string buffer_;  // of the text being read
  absl::Status error_;
  const char* hint_of_ = nullptr;  // the object that hint_ was found in
  std::string hint_;
  // The "@type" met last and what it meant: lists hold records of one type.
  std::string last_type_;
  const MessagePlan* last_plan_ = nullptr;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_READER_H_
