#include <simdjson.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/wire/cursor.h"
#include "services/wire/json_text.h"
#include "services/wire/scan.h"

namespace dci::wire {

absl::Status ErrorAt(absl::StatusCode code, absl::string_view what,
                     absl::string_view path, size_t offset) {
  return absl::Status(
      code, absl::StrCat(what, ": at ", path.empty() ? "/" : path, " (offset ",
                         offset, ")"));
}

std::string PointerAt(absl::string_view text, size_t offset) {
  const char* at = text.data() + offset;
  std::string path;
  absl::string_view value = text;
  while (true) {
    Cursor cursor(value);
    const char kind = cursor.Peek();
    const bool is_object = kind == '{';
    if (!is_object && kind != '[') return path;
    if (!(is_object ? cursor.EnterObject() : cursor.EnterArray())) return path;
    std::string step, buffer;
    size_t index = 0;
    bool inside;
    do {
      step = is_object ? PointerStep(cursor.Key().Text(&buffer))
                       : absl::StrCat(index++);
      value = cursor.Skip();
      inside = at >= value.data() && at < value.data() + value.size();
    } while (!inside && cursor.NextMember());
    if (!inside) return path;
    absl::StrAppend(&path, "/", step);
  }
}

// Offset of the first byte that no valid UTF-8 has there.
size_t FirstBadUtf8(absl::string_view text) {
  // Halves the stretch until it is the one byte that fails. A stretch that
  // ends inside a character fails too and is halved again: the cost is a few
  // passes, and only bad text pays it.
  size_t good = 0;
  size_t step = text.size();
  while (step > 0) {
    const size_t end = std::min(good + step, text.size());
    if (end > good && simdjson::validate_utf8(text.data() + good, end - good)) {
      good = end;
    } else {
      step /= 2;
    }
  }
  // What is left starts within a few characters of the fault.
  for (size_t size = 1; size <= 4 && good + size <= text.size();) {
    if (simdjson::validate_utf8(text.data() + good, size)) {
      good += size;
      size = 1;
    } else {
      ++size;
    }
  }
  return good;
}

}  // namespace dci::wire
