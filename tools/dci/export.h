// dci export: records out of a registry.
#ifndef CONVERGENCE_TOOLS_DCI_EXPORT_H_
#define CONVERGENCE_TOOLS_DCI_EXPORT_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command ExportCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_EXPORT_H_
