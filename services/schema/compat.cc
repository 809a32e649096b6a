#include "services/schema/compat.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"

namespace dci::schema {
namespace {

std::string TypeOf(const Field& field) {
  std::string type;
  switch (field.kind) {
    case Kind::kString:
      type = "string";
      break;
    case Kind::kBool:
      type = "bool";
      break;
    case Kind::kInt32:
      type = "int32";
      break;
    case Kind::kEnum:
      type = field.enumeration->full_name;
      break;
    case Kind::kMessage:
      type = field.message->full_name;
      break;
    case Kind::kAny:
      type = "record";
      break;
    case Kind::kJson:
      type = "any JSON";
      break;
    case Kind::kExtras:
      type = "extras";
      break;
    case Kind::kBytes:
      type = "bytes";
      break;
  }
  return field.repeated ? absl::StrCat("list of ", type) : type;
}

// Paths by field numbers: a renamed field is the same field.
std::string Layout(const std::vector<Path>& paths) {
  return absl::StrJoin(paths, ",", [](std::string* out, const Path& path) {
    absl::StrAppend(out, absl::StrJoin(path.fields, ".",
                                       [](std::string* o, const Field* field) {
                                         absl::StrAppend(o, field->number);
                                       }));
  });
}

std::string Names(const std::vector<Path>& paths) {
  return absl::StrJoin(paths, ", ", [](std::string* out, const Path& path) {
    out->append(path.text);
  });
}

class Comparison {
 public:
  explicit Comparison(const Model& now) : now_(now) {}

  void CompareRecord(const Message& stored) {
    const Message* now = now_.FindMessage(stored.full_name);
    if (now == nullptr || !now->record.has_value()) {
      Say(stored.full_name, " is a record no more");
      return;
    }
    CompareKey(stored, *now);
    CompareMessage(stored);
  }

  std::vector<std::string> Take() && { return std::move(differences_); }

 private:
  template <typename... Parts>
  void Say(const Parts&... parts) {
    differences_.push_back(absl::StrCat(parts...));
  }

  void CompareKey(const Message& stored, const Message& now) {
    const auto& was = stored.record->primary_key;
    const auto& is = now.record->primary_key;
    if (stored.record->sparse_key && !now.record->sparse_key)
      Say("the primary key of ", stored.full_name, " was sparse and is not");
    if (Layout(was) == Layout(is)) return;
    Say("the primary key of ", stored.full_name, " was ", Names(was),
        " and is ", Names(is));
  }

  void CompareMessage(const Message& stored) {
    if (!seen_.insert(stored.full_name).second) return;
    const Message* now = now_.FindMessage(stored.full_name);
    if (now == nullptr) {
      Say("message ", stored.full_name, " is gone");
      return;
    }
    for (const Field& field : stored.fields) CompareField(field, *now);
  }

  void CompareField(const Field& was, const Message& now) {
    const std::string name = absl::StrCat(now.full_name, ".", was.name);
    const Field* is = now.FindNumber(was.number);
    if (is == nullptr) {
      if (!now.descriptor->IsReservedNumber(was.number)) {
        Say(name, " is gone, and its number ", was.number, " is not reserved");
      }
      return;
    }
    if (TypeOf(was) != TypeOf(*is)) {
      Say("number ", was.number, " of ", now.full_name, " was ", was.name, ", ",
          TypeOf(was), ", and is ", is->name, ", ", TypeOf(*is));
      return;
    }
    if (was.kind == Kind::kEnum)
      CompareEnum(*was.enumeration, *is->enumeration);
    if (was.message != nullptr) CompareMessage(*was.message);
  }

  void CompareEnum(const Enum& was, const Enum& is) {
    if (!seen_.insert(was.full_name).second) return;
    for (const Code& code : was.codes) {
      const Code* found = is.FindNumber(code.number);
      if (found == nullptr) {
        Say("value ", code.code, " of ", was.full_name, " is gone");
      } else if (found->code != code.code) {
        Say("number ", code.number, " of ", was.full_name, " was ", code.code,
            " and is ", found->code);
      }
    }
  }

  const Model& now_;
  absl::flat_hash_set<std::string> seen_;
  std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> Incompatibilities(const Model& stored,
                                           const Model& now) {
  Comparison comparison(now);
  for (const Message* record : stored.records()) {
    comparison.CompareRecord(*record);
  }
  return std::move(comparison).Take();
}

}  // namespace dci::schema
