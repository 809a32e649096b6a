// What a name in a query stands for.
#ifndef CONVERGENCE_SERVICES_REGISTRY_ATTRIBUTE_H_
#define CONVERGENCE_SERVICES_REGISTRY_ATTRIBUTE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/record_type.h"
#include "services/schema/message.h"

namespace dci::registry {

// A path of a record; or the value of its identifiers of one type.
struct Attribute {
  // As the query has it.
  std::string name;
  // Where the values stand; for an identifier, those of every type.
  schema::Path path;
  // For an identifier: the index over type and value, and the normal form of
  // the type wanted.
  const schema::Index* identifiers = nullptr;
  std::string identifier_type;
};

// Resolves a name for records of `type`: a declared attribute or a path with
// canonical names, aliases and wrappers, with or without the record's own
// name in front ("Group.poverty_score"); otherwise a code of the list of
// identifier types ("UIN"). NOT_FOUND naming the attribute.
absl::StatusOr<Attribute> FindAttribute(const RecordType& type,
                                        absl::string_view name);

// The identifiers of a type, which may be one that no list has. NOT_FOUND
// where records of `type` have no identifiers.
absl::StatusOr<Attribute> FindIdentifier(const RecordType& type,
                                         absl::string_view identifier_type);

// A name as it may be repeated in a message to the other side: cut, and
// without control characters.
std::string Quoted(absl::string_view name);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_ATTRIBUTE_H_
