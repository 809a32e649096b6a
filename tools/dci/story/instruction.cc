#include "tools/dci/story/instruction.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"

namespace dci::cli::story {
namespace {

struct VerbRow {
  absl::string_view word;
  Verb verb;
  // Words before the institution: "to"; empty: it takes none.
  absl::string_view preposition;
  absl::string_view example;
};

constexpr VerbRow kVerbs[] = {
    {"Let", Verb::kLet, "", "**Let**"},
    {"Send", Verb::kSend, "to",
     "**Send** to crvs `/registry/search` as sp-system"},
    {"Get", Verb::kGet, "from", "**Get** from crvs `/capabilities`"},
    {"Answer", Verb::kAnswer, "", "**Answer** 200 within 10 s"},
    {"Arrives", Verb::kArrives, "from",
     "**Arrives** from crvs `/registry/on-search` at sp-system"},
    {"Nothing", Verb::kNothing, "arrives from",
     "**Nothing** arrives from crvs `/registry/notify`"},
    {"Record", Verb::kRecord, "at", "**Record** at crvs Person"},
    {"Remove", Verb::kRemove, "at", "**Remove** at crvs Person"},
    {"Operator", Verb::kOperate, "at",
     "**Operator** at sp-system `/admin/intakes/start`"},
};

const VerbRow& RowOf(Verb verb) {
  for (const VerbRow& row : kVerbs)
    if (row.verb == verb) return row;
  return kVerbs[0];
}

bool TakesPath(Verb verb) {
  return verb != Verb::kRecord && verb != Verb::kRemove;
}

bool IsStatus(absl::string_view word) {
  return word.size() == 3 && word[0] >= '1' && word[0] <= '5' &&
         (word.substr(1) == "xx" ||
          (absl::ascii_isdigit(word[1]) && absl::ascii_isdigit(word[2])));
}

class LineReader {
 public:
  LineReader(const VerbRow& row, absl::string_view rest) : row_(row) {
    step_.verb = row.verb;
    // Marks of Markdown are for the reader of the page.
    std::string plain = absl::StrReplaceAll(rest, {{"`", ""}, {"**", ""}});
    absl::string_view text = absl::StripAsciiWhitespace(plain);
    while (absl::ConsumeSuffix(&text, ":") || absl::ConsumeSuffix(&text, "."))
      text = absl::StripTrailingAsciiWhitespace(text);
    for (absl::string_view word :
         absl::StrSplit(text, absl::ByAnyChar(" \t,"), absl::SkipEmpty()))
      words_.emplace_back(word);
  }

  absl::StatusOr<Step> Read() {
    RETURN_IF_ERROR(ReadWhere());
    while (next_ < words_.size()) {
      RETURN_IF_ERROR(ReadOption());
    }
    if (step_.who.empty()) step_.who = kMainParticipant;
    return std::move(step_);
  }

 private:
  std::string Next() {
    return next_ < words_.size() ? words_[next_++] : std::string();
  }

  absl::Status Wrong(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat(what, "; it is written like: ", row_.example));
  }

  absl::Status ReadWhere() {
    if (row_.preposition.empty()) return absl::OkStatus();
    for (absl::string_view word : absl::StrSplit(row_.preposition, ' '))
      if (Next() != word)
        return Wrong(absl::StrCat("after '", row_.word, "' comes '", word,
                                  "' and an institution"));
    step_.institution = Next();
    step_.what = Next();
    if (step_.what.empty())
      return Wrong(TakesPath(step_.verb) ? "institution and path are missing"
                                         : "institution and type are missing");
    const bool path = absl::StartsWith(step_.what, "/");
    if (TakesPath(step_.verb) && !path)
      return Wrong(absl::StrCat("'", step_.what, "' is no path"));
    if (!TakesPath(step_.verb) && path)
      return Wrong(absl::StrCat("'", step_.what, "' is no type of records"));
    return absl::OkStatus();
  }

  absl::Status ReadOption() {
    const std::string word = Next();
    const bool arrives =
        step_.verb == Verb::kArrives || step_.verb == Verb::kNothing;
    if (word == "as" && step_.verb == Verb::kSend) return ReadWho();
    if (word == "at" && arrives) return ReadWho();
    if (word == "unsigned" && step_.verb == Verb::kSend) {
      step_.is_signed = false;
      return absl::OkStatus();
    }
    if (word == "over" && step_.verb == Verb::kSend && Next() == "gRPC") {
      step_.over_grpc = true;
      return absl::OkStatus();
    }
    if (step_.verb == Verb::kAnswer && IsStatus(word)) {
      step_.status = word;
      return absl::OkStatus();
    }
    if (word == "within" &&
        (step_.verb == Verb::kAnswer || step_.verb == Verb::kArrives))
      return ReadWithin();
    return Wrong(absl::StrCat("'", word, "' is not understood"));
  }

  absl::Status ReadWho() {
    step_.who = Next();
    return step_.who.empty() ? Wrong("the participant is missing")
                             : absl::OkStatus();
  }

  absl::Status ReadWithin() {
    int seconds = 0;
    std::string number = Next();
    absl::string_view digits = number;
    if (!absl::ConsumeSuffix(&digits, "s")) {
      if (Next() != "s") return Wrong("'within' is followed by seconds: 10 s");
    }
    if (!absl::SimpleAtoi(digits, &seconds) || seconds < 1 || seconds > 600)
      return Wrong("'within' is followed by 1 to 600 seconds: 10 s");
    step_.within = absl::Seconds(seconds);
    return absl::OkStatus();
  }

  const VerbRow& row_;
  std::vector<std::string> words_;
  size_t next_ = 0;
  Step step_;
};

}  // namespace

std::optional<BoldWord> BoldWordOf(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "**")) return std::nullopt;
  const size_t end = line.find("**");
  if (end == absl::string_view::npos) return std::nullopt;
  return BoldWord{line.substr(0, end), line.substr(end + 2)};
}

std::optional<Verb> VerbOf(absl::string_view word) {
  for (const VerbRow& row : kVerbs)
    if (row.word == word) return row.verb;
  return std::nullopt;
}

absl::StatusOr<Step> ReadInstruction(Verb verb, absl::string_view rest) {
  return LineReader(RowOf(verb), rest).Read();
}

}  // namespace dci::cli::story
