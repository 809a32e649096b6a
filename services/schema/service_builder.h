// From services, methods and their options to the model's.
#ifndef CONVERGENCE_SERVICES_SCHEMA_SERVICE_BUILDER_H_
#define CONVERGENCE_SERVICES_SCHEMA_SERVICE_BUILDER_H_

#include "services/schema/contents.h"
#include "services/schema/errors.h"

namespace dci::schema {

// Fills contents->services and methods; messages and records must be there.
void BuildServices(Contents* contents, ErrorList* errors);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_SERVICE_BUILDER_H_
