// dci participant add, list, remove: who a server knows.
#ifndef CONVERGENCE_TOOLS_DCI_PARTICIPANT_H_
#define CONVERGENCE_TOOLS_DCI_PARTICIPANT_H_

#include <vector>

#include "tools/dci/args.h"

namespace dci::cli {

std::vector<Command> ParticipantCommands();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_PARTICIPANT_H_
