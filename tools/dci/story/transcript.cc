#include "tools/dci/story/transcript.h"

#include "absl/strings/str_join.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {
namespace {

constexpr char kMargin[] = "   ";

}  // namespace

void Transcript::Title(const Story& story) {
  if (silent()) return;
  out_ << "# " << story.title << "\n";
  if (!story.processes.empty())
    out_ << kMargin << absl::StrJoin(story.processes, ", ") << "\n";
  heading_.clear();
}

void Transcript::Heading(absl::string_view heading) {
  if (silent() || heading.empty() || heading == heading_) return;
  heading_ = std::string(heading);
  out_ << "\n## " << heading << "\n";
}

void Transcript::Note(absl::string_view text) {
  if (silent()) return;
  out_ << kMargin << std::string(text) << "\n";
  out_.flush();
}

void Transcript::Exchange(absl::string_view line, absl::string_view body) {
  if (silent()) return;
  out_ << "\n" << std::string(line) << "\n";
  const absl::StatusOr<Value> value = ParseValue(body);
  if (value.ok())
    out_ << ToPrettyJson(*value, kMargin) << "\n";
  else if (!body.empty())
    out_ << kMargin << std::string(body) << "\n";
  out_.flush();
}

void Transcript::End(const Story& story, int messages, int expectations) {
  if (!quiet_) out_ << "\n";
  out_ << "ok: " << story.title << " (" << messages << " messages, "
       << expectations << " expectations)\n";
  out_.flush();
}

}  // namespace dci::cli::story
