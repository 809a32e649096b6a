// The line of a story that says what is done with the JSON below it.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_INSTRUCTION_H_
#define CONVERGENCE_TOOLS_DCI_STORY_INSTRUCTION_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/dci/story/story.h"

namespace dci::cli::story {

// "**Verb** rest" at the beginning of a line, taken apart; nothing for any
// other line.
struct BoldWord {
  absl::string_view word;
  absl::string_view rest;  // without code marks' meaning: as it stands
};
std::optional<BoldWord> BoldWordOf(absl::string_view line);

// The verb of a bold word; nothing for words that are only bold.
std::optional<Verb> VerbOf(absl::string_view word);

// A step out of its line, without JSON. INVALID_ARGUMENT says what is wrong
// and what would be right.
absl::StatusOr<Step> ReadInstruction(Verb verb, absl::string_view rest);

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_INSTRUCTION_H_
