// Whether an answer is what a story expects.
//
// Objects: each member that is named must be there; others are not looked at.
// Arrays: the same elements in the same order, and no others; an element "..."
// stands for any number of elements. Texts: "*" stands for any characters; a
// lone "*" is met by any value. `${name}` is met by anything the first time,
// and names it; later only by the same. Besides, as a whole text:
//
//   ${< 5}  ${<= 5}  ${> today-18y}  ${>= 1}   numbers and dates
//   ${one of yes, no}  ${not Deceased}
//   ${absent}                                  the member must not be there
#ifndef CONVERGENCE_TOOLS_DCI_STORY_MATCH_H_
#define CONVERGENCE_TOOLS_DCI_STORY_MATCH_H_

#include <string>
#include <vector>

#include "tools/dci/story/names.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {

struct Mismatch {
  int line = 0;      // of what is expected
  std::string path;  // JSON pointer into what came, "/message/ack_status"
  std::string what;  // "must be \"ACK\", and is \"ERR\""
};

// What does not fit; nothing where all does. Names new to `names` are put
// there, also where something else does not fit: try it on a copy.
std::vector<Mismatch> Match(const Value& expected, const Value& actual,
                            Names* names);

// Whether `${…}` compares, so that nothing need have said what it is, and
// nothing is said by it. INVALID_ARGUMENT where it lacks its operand.
absl::StatusOr<bool> IsComparison(absl::string_view name);

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_MATCH_H_
