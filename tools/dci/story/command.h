// dci story: tells a published use case against running systems.
#ifndef CONVERGENCE_TOOLS_DCI_STORY_COMMAND_H_
#define CONVERGENCE_TOOLS_DCI_STORY_COMMAND_H_

#include "tools/dci/args.h"

namespace dci::cli {

Command StoryCommand();

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_STORY_COMMAND_H_
