// How numbers are written in the canonical forms.
#ifndef CONVERGENCE_SERVICES_WIRE_NUMBER_TEXT_H_
#define CONVERGENCE_SERVICES_WIRE_NUMBER_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace dci::wire {

// Appends the double that `number` (a JSON number) means as ECMAScript's
// Number.prototype.toString writes it (RFC 8785, 3.2.2.3). False where it is
// beyond the range of a double.
bool AppendEcmaScriptNumber(absl::string_view number, std::string* out);

// Appends the number as Python's json.dumps(json.loads(number)) writes it:
// integers of any length as they are, others as the repr of a float. False
// where it is beyond the range of a double.
bool AppendPythonNumber(absl::string_view number, std::string* out);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_NUMBER_TEXT_H_
