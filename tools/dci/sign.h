// dci sign: signs a document.
#ifndef CONVERGENCE_TOOLS_DCI_SIGN_H_
#define CONVERGENCE_TOOLS_DCI_SIGN_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command SignCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_SIGN_H_
