// Closed vocabularies and open code lists.
#ifndef CONVERGENCE_SERVICES_SCHEMA_VOCABULARY_H_
#define CONVERGENCE_SERVICES_SCHEMA_VOCABULARY_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/schema/dialect.h"

namespace google::protobuf {
class EnumDescriptor;
}  // namespace google::protobuf

namespace dci::schema {

// A value of an Enum, or a code of a CodeList.
struct Code {
  // On the wire: "succ", "0321".
  std::string code;
  // English; code lists only.
  std::string label;
  // Other texts that mean it.
  std::vector<std::string> aliases;
  // Of the enum value; never 0.
  int number = 0;
  // Name of the enum value: "REQUEST_STATUS_SUCC".
  std::string constant;
};

// The texts of an enum. Immutable; made by Model.
class Vocabulary {
 public:
  std::string full_name;
  // Where it is published; may be empty.
  std::string source;
  std::vector<Code> codes;
  const google::protobuf::EnumDescriptor* descriptor = nullptr;

  // By code, then label, then alias; first as it stands, then without regard
  // to the case of ASCII letters. Null where nothing matches.
  const Code* Find(absl::string_view text) const;
  // Null for a number that no value has, and for 0.
  const Code* FindNumber(int number) const;

  // Fills what Find uses; called once by the builder, after `codes`. Returns
  // the texts that stand for two codes, for the builder to report.
  std::vector<std::string> BuildIndex();

 private:
  absl::flat_hash_map<std::string, int> exact_;
  absl::flat_hash_map<std::string, int> folded_;
  absl::flat_hash_map<int, int> by_number_;
};

// A closed vocabulary: type of enum fields, stored as a number.
struct Enum : Vocabulary {};

// An open list: bound to text fields, stored as the code; other texts pass.
struct CodeList : Vocabulary {
  // The label, or the code where it has none or the label is read as another
  // code.
  const std::string& WrittenLabel(const Code& code) const {
    return Find(code.label) == &code ? code.label : code.code;
  }

  // Dialects that write the label.
  DialectMask written_label = 0;
};

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_VOCABULARY_H_
