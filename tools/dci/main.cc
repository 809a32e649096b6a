// dci: talks to systems that speak the DCI standards. See README.md.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "services/base/clock.h"
#include "services/base/ids.h"
#include "tools/dci/commands.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  dci::cli::Io io;
  io.in = &std::cin;
  io.out = &std::cout;
  io.err = &std::cerr;
  io.clock = dci::Clock::Real();
  io.ids = dci::IdSource::Random();
  io.env = [](const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "" : value);
  };
  return static_cast<int>(dci::cli::RunProgram(
      std::vector<std::string>(argv + 1, argv + argc), io));
}
