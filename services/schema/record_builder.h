// Makes records of the messages that declare themselves such.
#ifndef CONVERGENCE_SERVICES_SCHEMA_RECORD_BUILDER_H_
#define CONVERGENCE_SERVICES_SCHEMA_RECORD_BUILDER_H_

#include "services/schema/contents.h"
#include "services/schema/errors.h"

namespace dci::schema {

// Fills Message::record, contents->record_list, and Field::references; the
// messages must be there.
void BuildRecords(Contents* contents, ErrorList* errors);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_RECORD_BUILDER_H_
