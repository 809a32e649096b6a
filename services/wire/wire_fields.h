// Fields of protobuf wire bytes, read and written one by one, for rooms that
// need a few members of a message and hand on the rest as it is. Reading
// field by field: WireReader in wire_bytes.h.
#ifndef CONVERGENCE_SERVICES_WIRE_WIRE_FIELDS_H_
#define CONVERGENCE_SERVICES_WIRE_WIRE_FIELDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::wire {

// The last value of a length-delimited field, as protobuf reads a field that
// comes twice; empty where there is none.
absl::string_view FindBytes(absl::string_view message, int number);

// Append a field; a number of 0, which stands for a field that the message
// does not have, appends nothing.
void AppendBytesField(std::string* message, int number,
                      absl::string_view value);
void AppendVarintField(std::string* message, int number, uint64_t value);

// `message` without the fields `first` and `second`.
std::string Without(absl::string_view message, int first, int second);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_WIRE_FIELDS_H_
