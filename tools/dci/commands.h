// All commands, and the choice among them.
#ifndef CONVERGENCE_TOOLS_DCI_COMMANDS_H_
#define CONVERGENCE_TOOLS_DCI_COMMANDS_H_

#include <string>
#include <vector>

#include "tools/dci/args.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/io.h"

namespace dci::cli {

// In the order that help lists them.
std::vector<Command> AllCommands();

// Runs the program with its arguments, without its name. What goes wrong is
// said in one line on io.err. "help", "--help" and "-h" help.
ExitCode RunProgram(const std::vector<std::string>& arguments, const Io& io);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_COMMANDS_H_
