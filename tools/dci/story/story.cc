#include "tools/dci/story/story.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "tools/dci/story/instruction.h"
#include "tools/dci/story/name_check.h"

namespace dci::cli::story {
namespace {

// "A, B and so on." → {"A", "B and so on"}.
std::vector<std::string> ListOf(absl::string_view text) {
  std::vector<std::string> list;
  for (absl::string_view one : absl::StrSplit(text, ',')) {
    one = absl::StripAsciiWhitespace(one);
    while (absl::ConsumeSuffix(&one, ".")) {
    }
    if (!one.empty()) list.emplace_back(one);
  }
  return list;
}

bool MayLackJson(Verb verb) {
  return verb == Verb::kGet || verb == Verb::kAnswer;
}

bool AwaitsAnswer(Verb verb) {
  return verb == Verb::kSend || verb == Verb::kGet || verb == Verb::kOperate;
}

class PageReader {
 public:
  PageReader(const std::string& file, absl::string_view text)
      : lines_(absl::StrSplit(text, '\n')) {
    story_.file = file;
  }

  absl::StatusOr<Story> Read() {
    for (; line_ < lines_.size(); ++line_) {
      RETURN_IF_ERROR(Located(ReadLine(Current())));
    }
    --line_;
    RETURN_IF_ERROR(Located(EndStep()));
    RETURN_IF_ERROR(Located(EndExchange()));
    if (story_.title.empty())
      return At(1, "the page has no title: a line such as '# A birth'");
    if (story_.steps.empty())
      return At(1, "nothing happens: no line begins with **Send** or the like");
    const absl::Status names = CheckNames(story_);
    if (!names.ok())
      return absl::InvalidArgumentError(
          absl::StrCat(story_.file, ":", names.message()));
    return std::move(story_);
  }

 private:
  absl::string_view Current() const {
    return absl::StripTrailingAsciiWhitespace(lines_[line_]);
  }
  int LineNumber() const { return static_cast<int>(line_) + 1; }

  absl::Status At(int line, absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat(story_.file, ":", line, ": ", what));
  }
  // Puts file and line before an error that has none.
  absl::Status Located(const absl::Status& status) const {
    if (status.ok() ||
        absl::StartsWith(status.message(), absl::StrCat(story_.file, ":")))
      return status;
    return At(LineNumber(), status.message());
  }

  absl::Status ReadLine(absl::string_view line) {
    if (absl::StartsWith(line, "```")) return ReadBlock(line);
    if (absl::StartsWith(line, "#")) return ReadHeading(line);
    const auto bold = BoldWordOf(line);
    if (!bold) return absl::OkStatus();
    if (bold->word == "Process") return TakeList(*bold, &story_.processes);
    if (bold->word == "Sample") return TakeList(*bold, &story_.samples);
    const auto verb = VerbOf(bold->word);
    return verb ? BeginStep(*verb, bold->rest) : absl::OkStatus();
  }

  absl::Status TakeList(const BoldWord& bold, std::vector<std::string>* list) {
    if (!list->empty())
      return absl::InvalidArgumentError(
          absl::StrCat("**", bold.word, "** was given before"));
    *list = ListOf(bold.rest);
    return absl::OkStatus();
  }

  absl::Status ReadHeading(absl::string_view line) {
    const bool title = absl::StartsWith(line, "# ");
    while (absl::ConsumePrefix(&line, "#")) {
    }
    heading_ = std::string(absl::StripAsciiWhitespace(line));
    if (title && story_.title.empty()) {
      story_.title = heading_;
      heading_.clear();
    }
    RETURN_IF_ERROR(EndStep());
    RETURN_IF_ERROR(EndExchange());
    if (afterwards_)
      return absl::InvalidArgumentError(
          "nothing comes after the section 'Afterwards'");
    afterwards_ = heading_ == "Afterwards";
    return absl::OkStatus();
  }

  absl::Status BeginStep(Verb verb, absl::string_view rest) {
    RETURN_IF_ERROR(EndStep());
    if (verb != Verb::kAnswer) {
      RETURN_IF_ERROR(EndExchange());
    } else if (exchange_line_ == 0) {
      return absl::InvalidArgumentError(
          "**Answer** follows **Send**, **Get** or **Operator**");
    }
    ASSIGN_OR_RETURN(Step step, ReadInstruction(verb, rest));
    step.line = LineNumber();
    step.heading = heading_;
    step.afterwards = afterwards_;
    if (AwaitsAnswer(verb)) exchange_line_ = step.line;
    if (verb == Verb::kAnswer) answered_ = true;
    open_ = std::move(step);
    return absl::OkStatus();
  }

  // The instruction before is over: it must have its JSON by now.
  absl::Status EndStep() {
    if (!open_) return absl::OkStatus();
    if (!open_->json && !MayLackJson(open_->verb))
      return At(open_->line, "below this line a JSON block is missing");
    story_.steps.push_back(*std::move(open_));
    open_.reset();
    return absl::OkStatus();
  }

  // What was sent must have got its answer by now.
  absl::Status EndExchange() {
    const int line = std::exchange(exchange_line_, 0);
    if (line == 0 || std::exchange(answered_, false)) return absl::OkStatus();
    return At(line, "say with **Answer** what must come back");
  }

  absl::Status ReadBlock(absl::string_view fence) {
    const size_t begin = line_ + 1;
    const size_t ticks = fence.find_first_not_of('`');
    const absl::string_view mark = fence.substr(
        0, ticks == absl::string_view::npos ? fence.size() : ticks);
    const bool json =
        absl::StripAsciiWhitespace(fence.substr(mark.size())) == "json";
    const int first_line = LineNumber() + 1;
    std::string text;
    for (++line_; line_ < lines_.size() && Current() != mark; ++line_)
      absl::StrAppend(&text, lines_[line_], "\n");
    if (line_ == lines_.size()) {
      line_ = begin;
      return At(first_line - 1, "this block is not closed");
    }
    if (!json) return absl::OkStatus();
    if (!open_ || open_->json)
      return At(first_line - 1,
                "above a JSON block stands what is done with it, as in "
                "'**Send** to crvs `/registry/search`'");
    absl::StatusOr<Value> value = ParseValue(text, first_line);
    if (!value.ok())
      return absl::InvalidArgumentError(
          absl::StrCat(story_.file, ":", value.status().message()));
    open_->json = *std::move(value);
    return absl::OkStatus();
  }

  Story story_;
  std::vector<std::string> lines_;
  size_t line_ = 0;
  std::string heading_;
  bool afterwards_ = false;
  std::optional<Step> open_;  // its JSON may still come
  int exchange_line_ = 0;     // of what awaits its answer; 0: none is open
  bool answered_ = false;
};

}  // namespace

absl::StatusOr<Story> ReadStory(const std::string& file,
                                absl::string_view text) {
  return PageReader(file, text).Read();
}

}  // namespace dci::cli::story
