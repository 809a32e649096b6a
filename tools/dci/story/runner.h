// Does what a story says, and holds what comes against what it expects.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_RUNNER_H_
#define CONVERGENCE_TOOLS_DCI_STORY_RUNNER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tools/dci/io.h"
#include "tools/dci/story/cast.h"
#include "tools/dci/story/mailbox.h"
#include "tools/dci/story/match.h"
#include "tools/dci/story/names.h"
#include "tools/dci/story/operator.h"
#include "tools/dci/story/places.h"
#include "tools/dci/story/post.h"
#include "tools/dci/story/story.h"
#include "tools/dci/story/transcript.h"

namespace dci::cli::story {

// What a story is told with; everything outlives the runner.
struct Stage {
  const Io* io = nullptr;
  const Places* places = nullptr;
  Post* post = nullptr;
  Operator* the_operator = nullptr;
  Cast* cast = nullptr;
  Mailbox* mailbox = nullptr;
  Transcript* transcript = nullptr;
  // How long a message may take to arrive.
  absl::Duration patience = absl::Seconds(30);
};

class Runner {
 public:
  Runner(const Story& story, const Stage& stage)
      : story_(story), stage_(stage), names_(stage.io->clock, stage.io->ids) {}

  // OK where every expectation held. Otherwise "file:line: what" for each of
  // those of one step that did not, with ExitCode::kRefused; or why a step
  // could not be done, with its own code. The section "Afterwards" is run
  // anyway.
  absl::Status Run();

 private:
  struct Exchange {
    const Step* step = nullptr;
    int status = 0;
    std::string body;
    std::string http_signature;
  };

  absl::Status Do(const Step& step);
  absl::Status Let(const Step& step);
  absl::Status Ask(const Step& step);  // **Send**, **Get**, **Operator**
  // What was asked last, untold and uncounted.
  absl::Status AskAgain();
  absl::Status Answer(const Step& step);
  absl::Status Arrives(const Step& step);
  absl::Status Nothing(const Step& step);
  absl::Status OperatorStep(const Step& step);

  // Names that depend on who acts.
  absl::Status Give(const Step& step);
  absl::StatusOr<Value> Fill(const Value& value);
  absl::Status Wrong(const std::vector<Mismatch>& mismatches) const;
  // What is wrong with the last answer.
  std::vector<Mismatch> Judge(const Step& step, Names* names) const;
  bool IsFor(const Step& step, const Place& place, const std::string& box,
             const Letter& letter) const;
  absl::Status NothingFits(const Step& step,
                           const std::vector<Mismatch>& nearest,
                           const std::vector<std::string>& came) const;
  absl::Status At(int line, const absl::Status& status) const;

  const Story& story_;
  const Stage& stage_;
  Names names_;
  std::optional<Exchange> last_;
  int messages_ = 0;
  int expectations_ = 0;
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_RUNNER_H_
