// Whether each name of a story can have been said before it is used.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_NAME_CHECK_H_
#define CONVERGENCE_TOOLS_DCI_STORY_NAME_CHECK_H_

#include "absl/status/status.h"
#include "tools/dci/story/story.h"

namespace dci::cli::story {

// Names that the runner gives: ${me}, ${callback}, ${id:crvs}, ${sender:name}.
bool IsGiven(absl::string_view name);

// INVALID_ARGUMENT "line: what" for the first name that nothing says, or that
// is no name. Steps of the section "Afterwards" may use all that any step
// says.
absl::Status CheckNames(const Story& story);

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_NAME_CHECK_H_
