// What the two wires share when they take messages apart. For this folder.
#ifndef CONVERGENCE_SERVICES_WIRE_DECODE_H_
#define CONVERGENCE_SERVICES_WIRE_DECODE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/wire/message.h"

namespace dci::wire {

absl::Status NoEnvelope(const schema::Method& method);

// Reads a document. The method must have an envelope on that side.
absl::StatusOr<DecodedMessage> DecodeText(const Codec& codec,
                                          const schema::Method& method,
                                          absl::string_view json,
                                          const Limits& limits, Side side);

// The same for an object that Scan has passed or Codec has written.
absl::StatusOr<DecodedMessage> DecodeScanned(const Codec& codec,
                                             const schema::Method& method,
                                             absl::string_view json, Side side,
                                             std::vector<Finding> findings);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_DECODE_H_
