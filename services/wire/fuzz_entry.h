// What the fuzzer and the test that imitates it run on each input.
#ifndef CONVERGENCE_SERVICES_WIRE_FUZZ_ENTRY_H_
#define CONVERGENCE_SERVICES_WIRE_FUZZ_ENTRY_H_

#include "absl/strings/string_view.h"

namespace dci::wire {

// The first byte chooses what the rest is: a JSON message of some type, a
// document, bytes of a message, or JSON to be written in its canonical forms.
// Ends the program where a promise is broken:
//   what was read and written reads again, and writes the same;
//   what is written is JSON within the limits of Scan;
//   a canonical form is its own canonical form.
void FuzzOne(absl::string_view input);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_FUZZ_ENTRY_H_
