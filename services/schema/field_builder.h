// From a field's descriptor and options to the model's Field, with the rules
// that concern one field alone.
#ifndef CONVERGENCE_SERVICES_SCHEMA_FIELD_BUILDER_H_
#define CONVERGENCE_SERVICES_SCHEMA_FIELD_BUILDER_H_

#include "google/protobuf/descriptor.h"
#include "services/schema/contents.h"
#include "services/schema/errors.h"

namespace dci::schema {

// The model's field of a wire message. Links to messages, vocabularies and
// code lists of `contents`; `references`, the union and `parent` are filled by
// the caller.
Field BuildField(const google::protobuf::FieldDescriptor& descriptor,
                 Contents* contents, ErrorList* errors);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_FIELD_BUILDER_H_
