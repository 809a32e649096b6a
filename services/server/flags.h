// The flags of the programs of this repository, in one place. Libraries take
// options and read none.
#ifndef CONVERGENCE_SERVICES_SERVER_FLAGS_H_
#define CONVERGENCE_SERVICES_SERVER_FLAGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/server/known_registries.h"

namespace dci::server {

// Of registry_server.
struct ServerFlags {
  // File with a dci.config.v1.ServerConfig as text proto; may be empty where
  // `registry` is not.
  std::string config;
  // Name of a registry that the standard knows ("crvs"), or that a schema
  // declares, whose defaults stand where the file says nothing.
  std::string registry;
  // Files of schemas that are not compiled in, and the folder that their
  // imports are named from; see ReadSchemaFiles.
  std::vector<std::string> schema;
  std::string schema_root;
  // Where that registry keeps store, keys and token; empty: the user's data
  // folder.
  std::string data_dir;
};

// Of the sandbox.
struct SandboxFlags {
  // A program and its arguments, run against a sandbox on free ports with
  // fresh data, whose folder it finds in DCI_SANDBOX; then the sandbox stops.
  // Empty: the sandbox runs until it is interrupted.
  std::vector<std::string> command;
  // Where the institutions keep their stores; empty: the user's data folder.
  std::string data_dir;
  // Departures from the standard are refused to everybody.
  bool strict = false;
  // Households made by the seed generator, on an empty store.
  int64_t households = 1000;
  // Of the generator: the same seed makes the same data.
  uint64_t seed = 1;
  // Of the first institution; the others follow, each at its place. 0: any
  // free ports.
  Ports first_ports = kFirstPorts;
};

// Read the command line. An unknown flag, and --help, end the program.
ServerFlags ParseServerFlags(int argc, char** argv);
SandboxFlags ParseSandboxFlags(int argc, char** argv);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_FLAGS_H_
