// dci call: sends a message and judges the answer.
#ifndef CONVERGENCE_TOOLS_DCI_CALL_H_
#define CONVERGENCE_TOOLS_DCI_CALL_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command CallCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_CALL_H_
