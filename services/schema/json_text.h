// Judges JSON texts that stand in options.
#ifndef CONVERGENCE_SERVICES_SCHEMA_JSON_TEXT_H_
#define CONVERGENCE_SERVICES_SCHEMA_JSON_TEXT_H_

#include "absl/strings/string_view.h"

namespace dci::schema {

// Whether `text` is one JSON text (RFC 8259).
bool IsJsonText(absl::string_view text);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_JSON_TEXT_H_
