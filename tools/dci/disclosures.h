// dci disclosures: who read which records, and whether the log of it is whole.
#ifndef CONVERGENCE_TOOLS_DCI_DISCLOSURES_H_
#define CONVERGENCE_TOOLS_DCI_DISCLOSURES_H_

#include <vector>

#include "tools/dci/args.h"

namespace dci::cli {

std::vector<Command> DisclosuresCommands();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_DISCLOSURES_H_
