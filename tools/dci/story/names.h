// What `${…}` stands for in a story.
//
//   ${name}          what an earlier answer had there, or **Let** said
//   ${new:name}      a text that nobody has used, "name-5f3c9a0e"; the same one
//                    wherever it stands in this run
//   ${digits:name}   the same, of ten digits
//   ${fresh}         another one at each place and each sending
//   ${today-65y}     a date; units are d, w, mo and y
//   ${now+10min}     a date and time; s, min and h besides
#ifndef CONVERGENCE_TOOLS_DCI_STORY_NAMES_H_
#define CONVERGENCE_TOOLS_DCI_STORY_NAMES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/base/clock.h"
#include "services/base/ids.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {

// A text cut at its `${…}`: "a${b}c" is {"a", false}, {"b", true},
// {"c", false}.
struct Piece {
  std::string text;
  bool is_name = false;
};
// INVALID_ARGUMENT where a `${` is not closed.
absl::StatusOr<std::vector<Piece>> PiecesOf(absl::string_view text);

// The name, where the text is one `${name}` and nothing besides; else "".
std::string LoneName(absl::string_view text);

// Whether a name means something before anybody said what: ${today}.
// INVALID_ARGUMENT where it looks as if it did and does not: ${today-65x}.
absl::StatusOr<bool> IsBuiltIn(absl::string_view name);

// Cheap to copy: a match is tried on a copy.
class Names {
 public:
  // Both outlive it.
  Names(const Clock* clock, IdSource* ids) : clock_(clock), ids_(ids) {}

  void Set(absl::string_view name, Value value);
  // Null for what nobody has said.
  const Value* Find(absl::string_view name) const;

  // What a name means, built in or said before. NOT_FOUND where nothing.
  absl::StatusOr<Value> Get(absl::string_view name);

  // The value with every name replaced. A text that is one name becomes what
  // that is, a number or an object too. Errors as "N: what", with the line.
  absl::StatusOr<Value> Fill(const Value& value);
  absl::StatusOr<std::string> FillText(absl::string_view text);

 private:
  absl::StatusOr<Value> FillLeaf(absl::string_view text);

  const Clock* clock_;
  IdSource* ids_;
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_NAMES_H_
