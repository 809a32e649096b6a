// The one place where it is decided whether bytes are a JSON text.
//
// Everything else in this folder reads only text that Scan has passed, and so
// needs no checks of its own.
#ifndef CONVERGENCE_SERVICES_WIRE_SCAN_H_
#define CONVERGENCE_SERVICES_WIRE_SCAN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/wire/limits.h"

namespace dci::wire {

// Most keys that a text may have twice. They are slips of the pen; looking for
// the first of each costs the reader a pass.
inline constexpr size_t kMaxRepeated = 32;

// Checks that `text` is one JSON text as RFC 8259 has it, in valid UTF-8,
// every surrogate of a pair, and within `limits`. Numbers may have any length:
// what is too great for a field is known only where the field is.
//
// A key that an object has twice is an error unless both values are the same
// bytes: then it means the same to every reader, and its path is added to
// `repeated` (which may be null). More than kMaxRepeated are an error.
//
// INVALID_ARGUMENT "what: at /path (offset N)" or RESOURCE_EXHAUSTED for a
// limit; path is a JSON pointer (RFC 6901) to the innermost value begun.
absl::Status Scan(absl::string_view text, const Limits& limits,
                  std::vector<std::string>* repeated = nullptr);

// JSON pointer of the innermost value that holds the byte at `offset` of a
// text that Scan has passed. Reads the text up to there.
std::string PointerAt(absl::string_view text, size_t offset);

// Offset of the first byte that no valid UTF-8 has there; the size of the text
// where there is none.
size_t FirstBadUtf8(absl::string_view text);

// An error in the words of Scan.
absl::Status ErrorAt(absl::StatusCode code, absl::string_view what,
                     absl::string_view path, size_t offset);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_SCAN_H_
