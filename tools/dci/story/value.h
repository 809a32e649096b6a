// JSON as a tree that knows its lines, so that what is wrong with a story can
// be said with its place.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_VALUE_H_
#define CONVERGENCE_TOOLS_DCI_STORY_VALUE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dci::cli::story {

struct Value {
  enum class Kind { kNull, kBool, kNumber, kText, kArray, kObject };

  Kind kind = Kind::kNull;
  // What a text means; a number, true and false as they stand: 24 digits stay
  // 24 digits.
  std::string text;
  std::vector<Value> elements;                         // kArray
  std::vector<std::pair<std::string, Value>> members;  // kObject, in order
  int line = 0;  // where it begins; 0: in no file

  bool is_text() const { return kind == Kind::kText; }
  bool is_object() const { return kind == Kind::kObject; }
  bool is_array() const { return kind == Kind::kArray; }
  // The member of an object; null where there is none.
  const Value* Find(absl::string_view name) const;
  // A member of a member, {"header", "action"}; its text, "" where absent.
  std::string TextAt(std::initializer_list<absl::string_view> path) const;

  static Value Text(absl::string_view text);
};

// Reads one JSON text that begins in `first_line` of its file. The error is
// "N: what", with its line.
absl::StatusOr<Value> ParseValue(absl::string_view json, int first_line = 1);

// Of the same kind and content; numbers by what they are worth (5 is 5.0).
bool SameValue(const Value& a, const Value& b);

// In one line.
std::string ToJson(const Value& value);
// For people: a member a line, each line after `margin`, without a line break
// at its end.
std::string ToPrettyJson(const Value& value, absl::string_view margin = "");

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_VALUE_H_
