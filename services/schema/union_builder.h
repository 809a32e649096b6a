// The oneofs of a message: several shapes under one JSON key.
#ifndef CONVERGENCE_SERVICES_SCHEMA_UNION_BUILDER_H_
#define CONVERGENCE_SERVICES_SCHEMA_UNION_BUILDER_H_

#include "services/schema/errors.h"
#include "services/schema/message.h"

namespace dci::schema {

// Fills unions, and of their members what the union decides.
void BuildUnions(Message* message, ErrorList* errors);

// Finds what chooses the members; every message must have its keys.
void SetDiscriminators(Message* message, ErrorList* errors);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_UNION_BUILDER_H_
