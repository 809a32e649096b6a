#include "tools/dci/story/name_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/story/match.h"
#include "tools/dci/story/names.h"

namespace dci::cli::story {
namespace {

bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == '-' || c == '.';
  });
}

bool Expects(Verb verb) {
  return verb == Verb::kAnswer || verb == Verb::kArrives ||
         verb == Verb::kNothing;
}

class NameCheck {
 public:
  absl::Status Run(const Story& story) {
    for (const Step& step : story.steps) {
      if (!step.json) continue;
      if (step.verb == Verb::kLet) {
        RETURN_IF_ERROR(Learn(step));
      } else {
        RETURN_IF_ERROR(Walk(*step.json, Expects(step.verb)));
      }
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status At(int line, absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(line, ": ", what));
  }

  absl::Status Learn(const Step& step) {
    if (!step.json->is_object())
      return At(step.json->line,
                "**Let** takes an object: {\"name\": \"value\"}");
    for (const auto& [name, value] : step.json->members) {
      if (!IsName(name))
        return At(value.line, absl::StrCat("'", name, "' is no name"));
      RETURN_IF_ERROR(Walk(value, false));
      said_.insert(name);
    }
    return absl::OkStatus();
  }

  absl::Status Walk(const Value& value, bool expected) {
    if (value.is_text()) {
      RETURN_IF_ERROR(Text(value, expected));
    }
    for (const auto& [key, member] : value.members) {
      RETURN_IF_ERROR(Walk(member, expected));
    }
    for (const Value& element : value.elements) {
      RETURN_IF_ERROR(Walk(element, expected));
    }
    return absl::OkStatus();
  }

  absl::Status Text(const Value& value, bool expected) {
    const auto pieces = PiecesOf(value.text);
    if (!pieces.ok()) return At(value.line, pieces.status().message());
    for (const Piece& piece : *pieces) {
      if (!piece.is_name) continue;
      const absl::Status status =
          Name(piece.text, expected, expected && pieces->size() == 1);
      if (!status.ok()) return At(value.line, status.message());
    }
    return absl::OkStatus();
  }

  // `alone`: in an expectation, with nothing around it, so that it may be
  // said here.
  absl::Status Name(const std::string& name, bool expected, bool alone) {
    ASSIGN_OR_RETURN(const bool built_in, IsBuiltIn(name));
    if (built_in || IsGiven(name) || said_.count(name) > 0)
      return absl::OkStatus();
    if (expected) {
      ASSIGN_OR_RETURN(const bool compares, IsComparison(name));
      if (compares && alone) return absl::OkStatus();
    }
    if (!IsName(name))
      return absl::InvalidArgumentError(
          absl::StrCat("${", name, "} is not understood"));
    if (!alone)
      return absl::InvalidArgumentError(
          absl::StrCat("nothing before has said what ${", name, "} is"));
    said_.insert(name);
    return absl::OkStatus();
  }

  std::set<std::string, std::less<>> said_;
};

}  // namespace

bool IsGiven(absl::string_view name) {
  return name == "me" || name == "callback" || absl::StartsWith(name, "id:") ||
         absl::StartsWith(name, "sender:");
}

absl::Status CheckNames(const Story& story) { return NameCheck().Run(story); }

}  // namespace dci::cli::story
