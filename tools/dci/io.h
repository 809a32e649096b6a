// What a command touches of the world outside; a test puts its own in.
#ifndef CONVERGENCE_TOOLS_DCI_IO_H_
#define CONVERGENCE_TOOLS_DCI_IO_H_

#include <functional>
#include <istream>
#include <ostream>
#include <string>

#include "services/base/clock.h"
#include "services/base/ids.h"

namespace dci::cli {

struct Io {
  std::istream* in = nullptr;
  std::ostream* out = nullptr;  // JSON; of story, what it tells
  std::ostream* err = nullptr;  // words
  const Clock* clock = nullptr;
  IdSource* ids = nullptr;
  // A variable of the environment; empty where it is not set.
  std::function<std::string(const std::string&)> env;
};

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_IO_H_
