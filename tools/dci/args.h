// Arguments of a subcommand: declared once, read, checked and explained.
//
//   Command command;
//   command.name = "keygen";
//   command.options = {{"out", "FILE", "where the key goes", kRequired}};
//   ASSIGN_OR_RETURN(Args args, ParseArgs(command, {"--out=a.jwk"}));
//   args.Get("out");  // "a.jwk"
#ifndef CONVERGENCE_TOOLS_DCI_ARGS_H_
#define CONVERGENCE_TOOLS_DCI_ARGS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/dci/io.h"

namespace dci::cli {

enum OptionKind { kOptional, kRequired, kRepeated };

// `--name VALUE` or `--name=VALUE`.
struct Option {
  std::string name;
  // How help names the value. Empty: a switch, which takes none. "N": a whole
  // number from 0 to 2^31-1. With bars, "jcs|as-received": one of these.
  std::string value;
  std::string help;
  OptionKind kind = kOptional;
  std::string fallback = "";  // what Get gives where the option is absent
};

// What was given.
class Args {
 public:
  bool Has(absl::string_view name) const;
  // The value, or the option's fallback.
  std::string Get(absl::string_view name) const;
  std::vector<std::string> GetAll(absl::string_view name) const;
  // Of an option whose value is "N"; its fallback must be a number too.
  int64_t Number(absl::string_view name) const;
  // Arguments that are no options, in their order.
  const std::vector<std::string>& words() const { return words_; }
  // The word at `index`, or nothing.
  std::string word(size_t index) const;

 private:
  friend class ArgsReader;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> fallbacks_;
  std::vector<std::string> words_;
};

// A subcommand.
struct Command {
  std::string name;     // "sign", "participant add"
  std::string summary;  // one line
  std::string words;    // how help names the words: "[FILE|-]"
  size_t min_words = 0;
  size_t max_words = 0;
  std::vector<Option> options;
  std::string details;   // for people; may be empty
  std::string examples;  // lines of a shell
  std::function<absl::Status(const Args&, const Io&)> run;
};

// Reads arguments after the command's name. Names may be cut short where that
// is clear, and written with '-' for '_'; "--" ends the options. The error,
// with ExitCode::kUsage, says which argument is wrong and what would be right.
absl::StatusOr<Args> ParseArgs(const Command& command,
                               const std::vector<std::string>& arguments);

// What --help prints.
std::string HelpOf(const Command& command);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_ARGS_H_
