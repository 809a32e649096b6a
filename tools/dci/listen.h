// dci listen: stands for the callback side of a system.
#ifndef CONVERGENCE_TOOLS_DCI_LISTEN_H_
#define CONVERGENCE_TOOLS_DCI_LISTEN_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command ListenCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_LISTEN_H_
