// The fields of one protobuf message, as they stand in its bytes.
#ifndef CONVERGENCE_SERVICES_REGISTRY_WIRE_READER_H_
#define CONVERGENCE_SERVICES_REGISTRY_WIRE_READER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::registry {

// One field: number and either a varint or the bytes of its value.
struct WireField {
  uint32_t number = 0;
  uint32_t wire_type = 0;
  uint64_t varint = 0;      // wire type 0
  absl::string_view bytes;  // wire type 2
};

// Reads fields from the front. Groups, which proto3 does not have, and cut
// bytes end the reading as malformed.
class WireReader {
 public:
  explicit WireReader(absl::string_view bytes) : rest_(bytes) {}

  // False at the end, and from the first malformed field on.
  bool Next(WireField* field);
  bool malformed() const { return malformed_; }

 private:
  bool Fail();
  absl::string_view rest_;
  bool malformed_ = false;
};

// Takes a varint from the front; false where there is none.
bool ConsumeVarint(absl::string_view* bytes, uint64_t* value);

// Append one field.
void AppendVarint(std::string* out, uint64_t value);
void AppendVarintField(std::string* out, int number, uint64_t value);
void AppendBytesField(std::string* out, int number, absl::string_view value);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_WIRE_READER_H_
