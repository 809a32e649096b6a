// The JSON keys of a message.
#ifndef CONVERGENCE_SERVICES_SCHEMA_KEY_BUILDER_H_
#define CONVERGENCE_SERVICES_SCHEMA_KEY_BUILDER_H_

#include "services/schema/errors.h"
#include "services/schema/message.h"

namespace dci::schema {

// Fills keys and write_order from fields and unions.
void BuildKeys(Message* message, ErrorList* errors);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_KEY_BUILDER_H_
