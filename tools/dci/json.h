// Looking into JSON texts, and writing small ones.
#ifndef CONVERGENCE_TOOLS_DCI_JSON_H_
#define CONVERGENCE_TOOLS_DCI_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace dci::cli {

// Whether `text` is one JSON text. INVALID_ARGUMENT with place and offset.
absl::Status CheckJson(absl::string_view text);

// The functions below read texts that CheckJson has passed; what they give
// points into the text.

// The value at a JSON pointer (RFC 6901), "/message/ack_status"; nothing
// where there is none.
std::optional<absl::string_view> At(absl::string_view json,
                                    absl::string_view pointer);
// The text of a string, anything else as it stands; "" where absent.
std::string TextAt(absl::string_view json, absl::string_view pointer);
// Elements of an array; nothing of any other value.
std::vector<absl::string_view> Elements(absl::string_view json);
// Values of an object's members; nothing of any other value.
std::vector<absl::string_view> Values(absl::string_view json);
bool IsObject(absl::string_view json);
bool IsArray(absl::string_view json);

// The text in one line: JSON strings hold no line breaks.
std::string OneLine(absl::string_view json);

// Writes an object, its members in the order they are given.
class JsonObject {
 public:
  // A string; the second form leaves out an empty one.
  JsonObject& Text(absl::string_view key, absl::string_view value);
  JsonObject& TextIf(absl::string_view key, absl::string_view value);
  JsonObject& Texts(absl::string_view key,
                    const std::vector<std::string>& values);
  JsonObject& Number(absl::string_view key, int64_t value);
  JsonObject& Bool(absl::string_view key, bool value);
  // Any JSON text.
  JsonObject& Raw(absl::string_view key, absl::string_view json);
  std::string Build() const { return "{" + members_ + "}"; }
  bool empty() const { return members_.empty(); }

 private:
  void Key(absl::string_view key);
  std::string members_;
};

// `values`, JSON texts, as an array.
std::string JsonArray(const std::vector<std::string>& values);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_JSON_H_
