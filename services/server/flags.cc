#include "services/server/flags.h"

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"

ABSL_FLAG(std::string, config, "",
          "registry_server: file with a dci.config.v1.ServerConfig");
ABSL_FLAG(std::string, registry, "",
          "registry_server: a registry of the standard (social, crvs, ibr, "
          "disability, farmer, employment) or of --schema, with its defaults");
ABSL_FLAG(std::vector<std::string>, schema, {},
          "registry_server: .proto files, separated by commas, whose "
          "registries are served without a build");
ABSL_FLAG(std::string, schema_root, "",
          "registry_server: folder that imports of --schema are named from; "
          "default: the folder of each file");
ABSL_FLAG(std::string, data_dir, "",
          "folder of stores and keys; default: the user's data folder");
ABSL_FLAG(bool, strict, false,
          "sandbox: refuse what departs from the standard, for test kits whose "
          "negative cases expect that");
ABSL_FLAG(int64_t, households, 1000,
          "sandbox: households that are made on an empty store");
ABSL_FLAG(uint64_t, seed, 1, "sandbox: seed of the made data");
ABSL_FLAG(int, http_port, dci::server::kFirstPorts.http,
          "sandbox: first HTTP port; 0: any free ports");
ABSL_FLAG(int, grpc_port, dci::server::kFirstPorts.grpc,
          "sandbox: first gRPC port; 0: any free ports");
ABSL_FLAG(int, admin_port, dci::server::kFirstPorts.admin,
          "sandbox: first port of the operator; 0: any free ports");

namespace dci::server {

ServerFlags ParseServerFlags(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Serves one institution.\n"
      "  registry_server --config=FILE\n"
      "  registry_server --registry=crvs [--config=FILE] [--data_dir=FOLDER]\n"
      "  registry_server --schema=DRAFT.proto");
  absl::ParseCommandLine(argc, argv);
  return {absl::GetFlag(FLAGS_config), absl::GetFlag(FLAGS_registry),
          absl::GetFlag(FLAGS_schema), absl::GetFlag(FLAGS_schema_root),
          absl::GetFlag(FLAGS_data_dir)};
}

SandboxFlags ParseSandboxFlags(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "All services in one process, with made data, on this machine only.\n"
      "  sandbox                       until interrupted\n"
      "  sandbox -- PROGRAM ARGUMENT…  runs the program against a sandbox of "
      "its own,\n                                and ends as it did");
  const std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  SandboxFlags flags;
  flags.command.assign(words.begin() + 1, words.end());
  flags.data_dir = absl::GetFlag(FLAGS_data_dir);
  flags.strict = absl::GetFlag(FLAGS_strict);
  flags.households = absl::GetFlag(FLAGS_households);
  flags.seed = absl::GetFlag(FLAGS_seed);
  flags.first_ports = {absl::GetFlag(FLAGS_http_port),
                       absl::GetFlag(FLAGS_grpc_port),
                       absl::GetFlag(FLAGS_admin_port)};
  return flags;
}

}  // namespace dci::server
