// The byte forms of a JSON document that signatures are made over.
#ifndef CONVERGENCE_SERVICES_WIRE_CANONICAL_JSON_H_
#define CONVERGENCE_SERVICES_WIRE_CANONICAL_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/participant.pb.h"
#include "services/wire/limits.h"

namespace dci::wire {

// Writes `json`, one JSON text of any shape, in the form asked for.
//
//   JCS (also where unspecified): RFC 8785.
//   SORTED_ASCII, SORTED_UTF8: what Python's json.dumps(json.loads(json),
//     sort_keys=True, separators=(",", ":")) writes, with ensure_ascii true
//     or false.
//   AS_RECEIVED: {"header":…,"message":…} with both values byte for byte;
//     `json` must be an object that has them.
//
// INVALID_ARGUMENT where the text is no JSON (with path and offset, as Scan
// has it), has a key twice with different values, or has a number beyond the
// range of a double that the form would have to write as a double;
// RESOURCE_EXHAUSTED beyond `limits`.
absl::StatusOr<std::string> Canonicalize(absl::string_view json,
                                         dci::config::v1::Canonicalization form,
                                         const Limits& limits = Limits());

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_CANONICAL_JSON_H_
