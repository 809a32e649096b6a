// A story: a page of Markdown that people read and `dci story` runs. How to
// write one: docs/stories.md.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_STORY_H_
#define CONVERGENCE_TOOLS_DCI_STORY_STORY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {

enum class Verb {
  kLet,      // **Let**: names for values
  kSend,     // **Send** to crvs `/registry/search`
  kGet,      // **Get** from crvs `/capabilities`
  kAnswer,   // **Answer**, to what was sent or got last
  kArrives,  // **Arrives** from crvs `/registry/on-search`
  kNothing,  // **Nothing** arrives from crvs `/registry/notify`
  kRecord,   // **Record** at crvs Person: the operator's work
  kRemove,   // **Remove** at crvs Person
  kOperate,  // **Operator** at sp-system `/admin/intakes/start`
};

struct Step {
  Verb verb = Verb::kLet;
  int line = 0;         // of the instruction
  std::string heading;  // of the section it stands in; may be empty
  std::string institution;
  // Of kRecord and kRemove: the type of the record. Of the others: the path,
  // "/registry/search".
  std::string what;
  // Who sends, or to whom it comes: a participant of the story's own.
  std::string who;
  bool is_signed = true;
  bool over_grpc = false;
  // Of kAnswer: "401", "4xx"; empty: any 2xx.
  std::string status;
  // Of kAnswer: asked again so long until it is right. Of kArrives: waited for
  // so long. Absent: once, and as long as the command says.
  std::optional<absl::Duration> within;
  // Absent only of kGet, and of kAnswer where the body does not matter.
  std::optional<Value> json;
  // Of the section "Afterwards", which is run whatever happened before.
  bool afterwards = false;
};

struct Story {
  std::string file;   // as given; errors begin with it
  std::string title;  // the first heading
  // **Process** PRS.CRVS.05, PRS.SR.01
  std::vector<std::string> processes;
  // **Sample** crvs/processflow5: the published messages it is made of
  std::vector<std::string> samples;
  std::vector<Step> steps;
};

// Who sends where a step names nobody.
inline constexpr char kMainParticipant[] = "sp-system";

// Reads a page. INVALID_ARGUMENT, "file:line: what", for the first thing that
// is wrong: also for a name that no earlier step can have said.
absl::StatusOr<Story> ReadStory(const std::string& file,
                                absl::string_view text);

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_STORY_H_
