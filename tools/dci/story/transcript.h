// What `dci story` prints.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_TRANSCRIPT_H_
#define CONVERGENCE_TOOLS_DCI_STORY_TRANSCRIPT_H_

#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "tools/dci/story/story.h"

namespace dci::cli::story {

class Transcript {
 public:
  // `quiet`: only how each story ended.
  Transcript(std::ostream* out, bool quiet) : out_(*out), quiet_(quiet) {}

  void Title(const Story& story);
  // Once for each section.
  void Heading(absl::string_view heading);
  // "   ok": what a step found.
  void Note(absl::string_view text);
  // A line and the JSON below it; what is no JSON stands as it is.
  void Exchange(absl::string_view line, absl::string_view body);
  void End(const Story& story, int messages, int expectations);
  // While it is muted only End prints: what is asked again and again is told
  // once.
  void Mute(bool muted) { muted_ = muted; }

 private:
  bool silent() const { return quiet_ || muted_; }

  std::ostream& out_;
  const bool quiet_;
  bool muted_ = false;
  std::string heading_;
};

}  // namespace dci::cli::story

#endif  // CONVERGENCE_TOOLS_DCI_STORY_TRANSCRIPT_H_
