// What a record shows: which of its fields are there, and whom it names.
#ifndef CONVERGENCE_SERVICES_REGISTRY_RECORD_TRACE_H_
#define CONVERGENCE_SERVICES_REGISTRY_RECORD_TRACE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/registry/disclosure_state.pb.h"
#include "services/schema/model.h"

namespace dci::registry {

// Gathers what several records of one type show together.
class RecordTrace {
 public:
  // Looks at a record, wire bytes of the message. Bytes that are none of the
  // message end the look.
  void Add(const schema::Message& message, absl::string_view record);

  // Names of the identifiers met anywhere in the records, see IdentifierName.
  const std::set<std::string>& identifiers() const { return identifiers_; }
  // The fields that any of the records had.
  void WriteFields(
      google::protobuf::RepeatedPtrField<state::FieldNode>* out) const;

 private:
  struct Node {
    const schema::Field* field = nullptr;
    std::vector<Node> children;  // in the order met
  };
  Node& Child(Node& node, const schema::Field& field);
  void Walk(const schema::Message& message, absl::string_view bytes, int depth,
            Node& node);
  static void Write(const Node& node, state::FieldNode* out);

  Node root_;
  std::set<std::string> identifiers_;
};

// One name for an identifier however its type is spelt: "nid" and "NID", a
// label and its code, with and without a prefix. Empty where either is.
std::string IdentifierName(const schema::Field* type_field,
                           absl::string_view type, absl::string_view value);
// The name of a record by its key.
std::string RecordName(const schema::Message& message,
                       absl::string_view primary_key);

// Dotted names of the leaves of such a tree: "demographic_info.name.surname".
// A number that the message no longer has stands as a number.
std::vector<std::string> FieldPaths(
    const schema::Message& message,
    const google::protobuf::RepeatedPtrField<state::FieldNode>& fields);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_RECORD_TRACE_H_
