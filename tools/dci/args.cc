#include "tools/dci/args.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"

namespace dci::cli {
namespace {

constexpr size_t kHelpColumn = 30;
constexpr size_t kHelpWidth = 80;

absl::Status CheckValue(const Option& option, const std::string& value) {
  int32_t number = 0;
  if (option.value == "N" && (!absl::SimpleAtoi(value, &number) || number < 0))
    return Usage(
        absl::StrCat("--", option.name, " takes a number, not '", value, "'"));
  if (!absl::StrContains(option.value, "|")) return absl::OkStatus();
  const std::vector<std::string> choices = absl::StrSplit(option.value, '|');
  if (std::find(choices.begin(), choices.end(), value) != choices.end())
    return absl::OkStatus();
  return Usage(absl::StrCat("--", option.name, " is one of ",
                            absl::StrJoin(choices, ", "), ", not '", value,
                            "'"));
}

// Appends `text` in lines that begin at `indent` and end before kHelpWidth.
void AppendWrapped(absl::string_view text, size_t indent, std::string* out) {
  size_t column = indent;
  bool first = true;
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!first && column + 1 + word.size() > kHelpWidth) {
      absl::StrAppend(out, "\n", std::string(indent, ' '));
      column = indent;
      first = true;
    }
    if (!first) {
      out->push_back(' ');
      ++column;
    }
    absl::StrAppend(out, word);
    column += word.size();
    first = false;
  }
  out->push_back('\n');
}

void AppendOption(const Option& option, std::string* out) {
  std::string left = absl::StrCat("  --", option.name);
  if (!option.value.empty()) absl::StrAppend(&left, " ", option.value);
  std::string help = option.help;
  if (option.kind == kRequired) absl::StrAppend(&help, " (required)");
  if (option.kind == kRepeated) absl::StrAppend(&help, " (repeatable)");
  if (!option.fallback.empty())
    absl::StrAppend(&help, " (default: ", option.fallback, ")");
  if (left.size() + 2 > kHelpColumn) {
    absl::StrAppend(out, left, "\n", std::string(kHelpColumn, ' '));
  } else {
    left.resize(kHelpColumn, ' ');
    absl::StrAppend(out, left);
  }
  AppendWrapped(help, kHelpColumn, out);
}

}  // namespace

// Reads the arguments one after the other.
class ArgsReader {
 public:
  ArgsReader(const Command& command, const std::vector<std::string>& arguments)
      : command_(command), arguments_(arguments) {}

  absl::StatusOr<Args> Read() {
    for (const Option& option : command_.options)
      args_.fallbacks_[option.name] = option.fallback;
    bool options_end = false;
    while (next_ < arguments_.size()) {
      const std::string& argument = arguments_[next_++];
      if (!options_end && argument == "--") {
        options_end = true;
      } else if (!options_end && argument.size() > 1 && argument[0] == '-') {
        RETURN_IF_ERROR(ReadOption(argument));
      } else {
        args_.words_.push_back(argument);
      }
    }
    RETURN_IF_ERROR(CheckComplete());
    return std::move(args_);
  }

 private:
  absl::Status ReadOption(absl::string_view argument) {
    if (!absl::ConsumePrefix(&argument, "--"))
      return Usage(absl::StrCat("options begin with two hyphens: ", argument));
    const size_t equals = argument.find('=');
    ASSIGN_OR_RETURN(const Option* option, Find(argument.substr(0, equals)));
    std::string value;
    if (equals != absl::string_view::npos) {
      if (option->value.empty())
        return Usage(absl::StrCat("--", option->name, " takes no value"));
      value = std::string(argument.substr(equals + 1));
    } else if (!option->value.empty()) {
      // What looks like an option is hardly meant as a value; "=" says so.
      if (next_ == arguments_.size() ||
          absl::StartsWith(arguments_[next_], "--"))
        return Usage(absl::StrCat("--", option->name,
                                  " needs a value: ", option->value));
      value = arguments_[next_++];
    }
    RETURN_IF_ERROR(CheckValue(*option, value));
    std::vector<std::string>& values = args_.values_[option->name];
    if (!values.empty() && option->kind != kRepeated)
      return Usage(absl::StrCat("--", option->name, " is given twice"));
    values.push_back(std::move(value));
    return absl::OkStatus();
  }

  absl::StatusOr<const Option*> Find(absl::string_view text) const {
    const std::string name = absl::StrReplaceAll(text, {{"-", "_"}});
    std::vector<const Option*> found;
    for (const Option& option : command_.options) {
      if (option.name == name) return &option;
      if (!name.empty() && absl::StartsWith(option.name, name))
        found.push_back(&option);
    }
    if (found.size() == 1) return found[0];
    if (found.empty())
      return Usage(absl::StrCat("no option --", text, "; see dci ",
                                command_.name, " --help"));
    return Usage(absl::StrCat(
        "--", text, " may mean ",
        absl::StrJoin(found, " or ", [](std::string* out, const Option* o) {
          absl::StrAppend(out, "--", o->name);
        })));
  }

  absl::Status CheckComplete() const {
    for (const Option& option : command_.options)
      if (option.kind == kRequired && !args_.Has(option.name))
        return Usage(
            absl::StrCat("--", option.name, " ", option.value, " is missing"));
    if (args_.words_.size() < command_.min_words)
      return Usage(absl::StrCat("expected ", command_.words));
    if (args_.words_.size() > command_.max_words)
      return Usage(absl::StrCat("unexpected argument '",
                                args_.words_[command_.max_words], "'"));
    return absl::OkStatus();
  }

  const Command& command_;
  const std::vector<std::string>& arguments_;
  size_t next_ = 0;
  Args args_;
};

bool Args::Has(absl::string_view name) const {
  return values_.find(name) != values_.end();
}

std::string Args::Get(absl::string_view name) const {
  if (const auto it = values_.find(name); it != values_.end())
    return it->second.front();
  const auto it = fallbacks_.find(name);
  return it == fallbacks_.end() ? "" : it->second;
}

std::vector<std::string> Args::GetAll(absl::string_view name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::vector<std::string>() : it->second;
}

int64_t Args::Number(absl::string_view name) const {
  int64_t number = 0;
  return absl::SimpleAtoi(Get(name), &number) ? number : 0;
}

std::string Args::word(size_t index) const {
  return index < words_.size() ? words_[index] : "";
}

absl::StatusOr<Args> ParseArgs(const Command& command,
                               const std::vector<std::string>& arguments) {
  return ArgsReader(command, arguments).Read();
}

std::string HelpOf(const Command& command) {
  std::string out = absl::StrCat("dci ", command.name);
  if (!command.words.empty()) absl::StrAppend(&out, " ", command.words);
  absl::StrAppend(&out, command.options.empty() ? "" : " [options]", "\n\n");
  AppendWrapped(command.summary, 0, &out);
  if (!command.details.empty()) {
    for (absl::string_view paragraph : absl::StrSplit(command.details, '\n')) {
      out.push_back('\n');
      AppendWrapped(paragraph, 0, &out);
    }
  }
  if (!command.options.empty()) absl::StrAppend(&out, "\nOptions:\n");
  for (const Option& option : command.options) AppendOption(option, &out);
  absl::StrAppend(&out, "\nExamples:\n");
  for (absl::string_view line : absl::StrSplit(command.examples, '\n'))
    absl::StrAppend(&out, "  ", line, "\n");
  absl::StrAppend(&out, "\n", ExitCodeHelp());
  return out;
}

}  // namespace dci::cli
