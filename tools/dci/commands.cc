#include "tools/dci/commands.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/dci/call.h"
#include "tools/dci/disclosures.h"
#include "tools/dci/export.h"
#include "tools/dci/keygen.h"
#include "tools/dci/listen.h"
#include "tools/dci/load.h"
#include "tools/dci/parked.h"
#include "tools/dci/participant.h"
#include "tools/dci/sign.h"
#include "tools/dci/story/command.h"
#include "tools/dci/verify.h"

namespace dci::cli {
namespace {

bool IsHelp(const std::string& argument) {
  return argument == "--help" || argument == "-h" || argument == "help";
}

// The command that the first words name ("participant add"), which are taken
// away; null where there is none.
const Command* Choose(const std::vector<Command>& commands,
                      std::vector<std::string>* arguments) {
  for (size_t words : {size_t{2}, size_t{1}}) {
    if (arguments->size() < words) continue;
    std::string name = (*arguments)[0];
    if (words == 2) absl::StrAppend(&name, " ", (*arguments)[1]);
    for (const Command& command : commands) {
      if (command.name != name) continue;
      arguments->erase(arguments->begin(), arguments->begin() + words);
      return &command;
    }
  }
  return nullptr;
}

// Commands whose names begin so, a line each; all where `prefix` is empty.
std::string Overview(const std::vector<Command>& commands,
                     absl::string_view prefix) {
  std::string out;
  for (const Command& command : commands) {
    if (!absl::StartsWith(command.name, prefix)) continue;
    std::string name = absl::StrCat("  dci ", command.name);
    name.resize(std::max<size_t>(name.size() + 2, 26), ' ');
    absl::StrAppend(&out, name, command.summary, "\n");
  }
  return out;
}

// Says what there is, on `out`: of one group ("participant"), or of all.
ExitCode HelpFor(const std::vector<Command>& commands, const std::string& group,
                 const Io& io, std::ostream& out) {
  const std::string some = Overview(commands, absl::StrCat(group, " "));
  if (!group.empty() && some.empty()) {
    *io.err << "dci: there is no command '" << group << "'; see dci --help\n";
    return ExitCode::kUsage;
  }
  out << "Talks to systems that speak the DCI standards.\n\n"
      << (group.empty() ? Overview(commands, "") : some)
      << "\ndci COMMAND --help says more, with examples.\n"
      << ExitCodeHelp();
  return ExitCode::kRight;
}

}  // namespace

std::vector<Command> AllCommands() {
  std::vector<Command> commands;
  commands.push_back(CallCommand());
  commands.push_back(SignCommand());
  commands.push_back(VerifyCommand());
  commands.push_back(KeygenCommand());
  commands.push_back(ListenCommand());
  commands.push_back(StoryCommand());
  for (Command& command : ParticipantCommands())
    commands.push_back(std::move(command));
  commands.push_back(LoadCommand());
  commands.push_back(ExportCommand());
  for (Command& command : ParkedCommands())
    commands.push_back(std::move(command));
  for (Command& command : DisclosuresCommands())
    commands.push_back(std::move(command));
  return commands;
}

ExitCode RunProgram(const std::vector<std::string>& arguments, const Io& io) {
  const std::vector<Command> commands = AllCommands();
  std::vector<std::string> rest = arguments;
  // "dci help sign" is "dci sign --help".
  if (rest.size() > 1 && IsHelp(rest[0])) {
    rest.erase(rest.begin());
    rest.push_back("--help");
  }
  if (rest.empty()) {
    HelpFor(commands, "", io, *io.err);
    return ExitCode::kUsage;
  }
  if (IsHelp(rest[0])) return HelpFor(commands, "", io, *io.out);
  const std::string group = rest[0];
  const Command* command = Choose(commands, &rest);
  if (command == nullptr) {
    const bool asked = rest.size() > 1 && IsHelp(rest[1]);
    const ExitCode code =
        HelpFor(commands, group, io, asked ? *io.out : *io.err);
    return asked ? code : ExitCode::kUsage;
  }
  // Not "help" here: that may be a word for the command.
  if (std::find(rest.begin(), rest.end(), "--help") != rest.end() ||
      std::find(rest.begin(), rest.end(), "-h") != rest.end()) {
    *io.out << HelpOf(*command);
    return ExitCode::kRight;
  }
  const absl::StatusOr<Args> args = ParseArgs(*command, rest);
  const absl::Status status =
      args.ok() ? command->run(*args, io) : args.status();
  io.out->flush();
  if (!status.ok())
    *io.err << "dci " << command->name << ": " << status.message() << "\n";
  return ExitCodeOf(status);
}

}  // namespace dci::cli
