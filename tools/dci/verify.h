// dci verify: checks the signature of a document.
#ifndef CONVERGENCE_TOOLS_DCI_VERIFY_H_
#define CONVERGENCE_TOOLS_DCI_VERIFY_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command VerifyCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_VERIFY_H_
