// dci load: records into a registry.
#ifndef CONVERGENCE_TOOLS_DCI_LOAD_H_
#define CONVERGENCE_TOOLS_DCI_LOAD_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command LoadCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_LOAD_H_
