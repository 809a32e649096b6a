// From message descriptors and options to the model's messages.
#ifndef CONVERGENCE_SERVICES_SCHEMA_MESSAGE_BUILDER_H_
#define CONVERGENCE_SERVICES_SCHEMA_MESSAGE_BUILDER_H_

#include "services/schema/collect.h"
#include "services/schema/contents.h"
#include "services/schema/errors.h"

namespace dci::schema {

// Fills contents->messages and contents->enums; code lists must be there.
// Records are filled by BuildRecords afterwards.
void BuildMessages(const WireMessages& wire, Contents* contents,
                   ErrorList* errors);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_MESSAGE_BUILDER_H_
