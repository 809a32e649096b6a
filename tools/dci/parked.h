// dci parked list, replay, discard: messages that could not be delivered.
#ifndef CONVERGENCE_TOOLS_DCI_PARKED_H_
#define CONVERGENCE_TOOLS_DCI_PARKED_H_

#include <vector>

#include "tools/dci/args.h"

namespace dci::cli {

std::vector<Command> ParkedCommands();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_PARKED_H_
