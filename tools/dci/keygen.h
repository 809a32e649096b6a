// dci keygen: makes a key.
#ifndef CONVERGENCE_TOOLS_DCI_KEYGEN_H_
#define CONVERGENCE_TOOLS_DCI_KEYGEN_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command KeygenCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_KEYGEN_H_
