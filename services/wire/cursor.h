// Walks over JSON text that Scan has passed. Nothing here checks anything.
#ifndef CONVERGENCE_SERVICES_WIRE_CURSOR_H_
#define CONVERGENCE_SERVICES_WIRE_CURSOR_H_

#include <cstring>
#include <string>

#include "absl/strings/string_view.h"
#include "services/wire/json_text.h"

namespace dci::wire {

// A JSON string: what stands between its quotes, and whether it has escapes.
struct RawString {
  absl::string_view inside;
  bool escaped = false;

  // The text it means; `buffer` holds it where it had to be unescaped.
  absl::string_view Text(std::string* buffer) const {
    if (!escaped) return inside;
    buffer->clear();
    AppendUnescaped(inside, buffer);
    return *buffer;
  }
};

// A place in the text. Each function leaves the cursor behind what it read.
//
//   if (cursor.EnterObject()) {
//     do {
//       RawString key = cursor.Key();
//       absl::string_view value = cursor.Skip();
//     } while (cursor.NextMember());
//   }
class Cursor {
 public:
  explicit Cursor(absl::string_view text)
      : p_(text.data()), end_(text.data() + text.size()) {}

  // First byte of the next value: one of { [ " t f n - 0…9.
  char Peek() {
    SkipSpace();
    return *p_;
  }

  // False where the array or object is empty, which then is behind.
  bool EnterObject() { return Enter('}'); }
  bool EnterArray() { return Enter(']'); }
  // After a value: false where it was the last, and then the bracket is
  // behind.
  bool NextMember() { return Next(); }
  bool NextElement() { return Next(); }

  RawString Key() {
    RawString key = String();
    SkipSpace();
    ++p_;  // The colon.
    return key;
  }

  RawString String() {
    SkipSpace();
    RawString s;
    const char* begin = ++p_;
    while (*(p_ = FindSpecial(p_, end_)) != '"') {
      s.escaped = true;
      p_ += 2;
    }
    s.inside = absl::string_view(begin, p_ - begin);
    ++p_;
    return s;
  }

  // The next value, whatever it is, as it stands in the text.
  absl::string_view Skip() {
    SkipSpace();
    const char* begin = p_;
    if (*p_ == '"') {
      String();
    } else if (*p_ == '{' || *p_ == '[') {
      SkipNested();
    } else {
      while (p_ < end_ && !EndsScalar(*p_)) ++p_;
    }
    return absl::string_view(begin, p_ - begin);
  }

  const char* position() const { return p_; }

 private:
  static bool EndsScalar(char c) {
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' ||
           c == '\r' || c == '\t';
  }

  void SkipSpace() {
    while (p_ < end_ && static_cast<unsigned char>(*p_) <= ' ') ++p_;
  }

  bool Enter(char close) {
    SkipSpace();
    ++p_;
    SkipSpace();
    if (*p_ != close) return true;
    ++p_;
    return false;
  }

  bool Next() {
    SkipSpace();
    return *p_++ == ',';
  }

  void SkipNested() {
    int depth = 0;
    do {
      switch (*p_) {
        case '"':
          String();
          continue;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          --depth;
          break;
        default:
          break;
      }
      ++p_;
    } while (depth > 0);
  }

  const char* p_;
  const char* end_;
};

}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_CURSOR_H_
