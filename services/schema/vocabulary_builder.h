// From enums and their options to vocabularies and code lists.
#ifndef CONVERGENCE_SERVICES_SCHEMA_VOCABULARY_BUILDER_H_
#define CONVERGENCE_SERVICES_SCHEMA_VOCABULARY_BUILDER_H_

#include "google/protobuf/descriptor.h"
#include "services/schema/contents.h"
#include "services/schema/errors.h"

namespace dci::schema {

// Fills contents->code_lists from every enum of contents->files that is one.
void BuildCodeLists(Contents* contents, ErrorList* errors);

// The closed vocabulary of a field's type, made when first asked for. Null
// where the enum is an open code list, which is no type for a field.
const Enum* EnumOf(const google::protobuf::EnumDescriptor& type,
                   Contents* contents, ErrorList* errors);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_VOCABULARY_BUILDER_H_
