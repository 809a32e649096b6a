// Order-preserving pieces of store keys.
//
// A key is a concatenation of pieces; comparing two keys as bytes compares
// their pieces one after another. Text pieces are terminated by {0x00,0x01}
// and a zero byte inside becomes {0x00,0xff}, so that no piece is a prefix
// that could be confused with a longer one.
#ifndef CONVERGENCE_SERVICES_BASE_BYTES_H_
#define CONVERGENCE_SERVICES_BASE_BYTES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dci {

// Appends a text of any bytes as one piece.
void AppendOrderedText(std::string* key, absl::string_view text);
// Appends eight bytes, most significant first.
void AppendOrderedU64(std::string* key, uint64_t value);

// Take one piece from the front of `key`; false where it is malformed, and
// then both arguments are unspecified.
bool ConsumeOrderedText(absl::string_view* key, std::string* text);
bool ConsumeOrderedU64(absl::string_view* key, uint64_t* value);

// The least key greater than every key that starts with `prefix`; empty
// (which means "no bound") where there is none.
std::string PrefixEnd(absl::string_view prefix);

}  // namespace dci

#endif  // CONVERGENCE_SERVICES_BASE_BYTES_H_
