// The strings of JSON: finding their end, reading and writing their escapes,
// comparing them as RFC 8785 sorts.
#ifndef CONVERGENCE_SERVICES_WIRE_JSON_TEXT_H_
#define CONVERGENCE_SERVICES_WIRE_JSON_TEXT_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace dci::wire {

// Points at the first byte of [p, end) that is a quote, a backslash or a
// control character; `end` where there is none.
inline const char* FindSpecial(const char* p, const char* end) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  constexpr uint64_t kHighs = 0x8080808080808080u;
  // A byte is special if one of the three differences borrows into its high
  // bit; bytes above 0x7f are masked out by ~w. A false hit can only stand
  // above a true one, and the scalar loop below looks from the bottom.
  while (end - p >= 8) {
    uint64_t w;
    std::memcpy(&w, p, 8);
    const uint64_t quote = w ^ (kOnes * '"');
    const uint64_t backslash = w ^ (kOnes * '\\');
    const uint64_t hit =
        ((quote - kOnes) | (backslash - kOnes) | (w - kOnes * 0x20)) & ~w &
        kHighs;
    if (hit != 0) return p + (__builtin_ctzll(hit) >> 3);
    p += 8;
  }
  while (p < end && *p != '"' && *p != '\\' &&
         static_cast<unsigned char>(*p) >= 0x20) {
    ++p;
  }
  return p;
}

// Appends what the inside of a valid JSON string (RFC 8259, 7) means, in
// UTF-8. Surrogates must come in pairs, as Scan has checked.
void AppendUnescaped(absl::string_view inside, std::string* out);

// Appends `text` (valid UTF-8) as a JSON string with the escapes of RFC 8785,
// 3.2.2.2.
void AppendQuoted(absl::string_view text, std::string* out);

// The same with every character but printable ASCII escaped, as Python's
// json.dumps(ensure_ascii=True) writes it.
void AppendQuotedAscii(absl::string_view text, std::string* out);

// Whether `a` comes before `b` when compared by UTF-16 code units (RFC 8785,
// 3.2.3). Both are valid UTF-8.
bool Utf16Less(absl::string_view a, absl::string_view b);

// One step of a JSON pointer (RFC 6901): "~" and "/" escaped.
std::string PointerStep(absl::string_view key);
// The inverse of PointerStep.
std::string FromPointerStep(absl::string_view step);

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_JSON_TEXT_H_
