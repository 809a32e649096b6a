// Fields of protobuf wire bytes, read and written one by one: the exchange
// needs five or six members of a message and hands on the rest as it is.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_WIRE_FIELDS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_WIRE_FIELDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::exchange {

// One field as it stands.
struct WireField {
  int number = 0;
  // Bytes of a length-delimited field; empty for others.
  absl::string_view payload;
  // Value of a varint field; 0 for others.
  uint64_t varint = 0;
  // Tag and value together.
  absl::string_view whole;
};

// Goes through the fields of one message. Views point into `bytes`.
class WireReader {
 public:
  explicit WireReader(absl::string_view bytes) : rest_(bytes) {}
  // False at the end, and where the bytes are malformed; see ok().
  bool Next(WireField* field);
  bool ok() const { return ok_; }

 private:
  bool Fail();

  absl::string_view rest_;
  bool ok_ = true;
};

// The last value of a length-delimited field, as protobuf reads a field that
// comes twice; empty where there is none.
absl::string_view FindBytes(absl::string_view message, int number);

// Append a field; a number of 0, which stands for a field that the message
// does not have, appends nothing.
void AppendBytes(std::string* message, int number, absl::string_view value);
void AppendVarint(std::string* message, int number, uint64_t value);

// `message` without the fields `first` and `second`.
std::string Without(absl::string_view message, int first, int second);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_WIRE_FIELDS_H_
