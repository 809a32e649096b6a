#include "services/server/flags.h"

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"

ABSL_FLAG(std::string, config, "",
          "registry_server: file with a dci.config.v1.ServerConfig");
ABSL_FLAG(bool, check, false,
          "sandbox: run the tour on free ports with fresh data, and stop");
ABSL_FLAG(std::string, data_dir, "",
          "sandbox: folder of the stores; default: the user's data folder");
ABSL_FLAG(int64_t, households, 1000,
          "sandbox: households that are made on an empty store");
ABSL_FLAG(uint64_t, seed, 1, "sandbox: seed of the made data");
ABSL_FLAG(int, http_port, 3333, "sandbox: HTTP port of the registry");
ABSL_FLAG(int, grpc_port, 50051, "sandbox: gRPC port of the registry");
ABSL_FLAG(int, admin_port, 3334, "sandbox: the operator's port");
ABSL_FLAG(int, sp_http_port, 3335, "sandbox: HTTP port of the SP-System");
ABSL_FLAG(int, sp_admin_port, 3336,
          "sandbox: the operator's port of the SP-System");

namespace dci::server {

ServerFlags ParseServerFlags(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Serves one institution.\n  registry_server --config=FILE");
  absl::ParseCommandLine(argc, argv);
  return {absl::GetFlag(FLAGS_config)};
}

SandboxFlags ParseSandboxFlags(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "All services in one process, with made data, on this machine only.\n"
      "  sandbox            until interrupted\n"
      "  sandbox --check    the tour; exits 0 only if every step was right");
  absl::ParseCommandLine(argc, argv);
  SandboxFlags flags;
  flags.check = absl::GetFlag(FLAGS_check);
  flags.data_dir = absl::GetFlag(FLAGS_data_dir);
  flags.households = absl::GetFlag(FLAGS_households);
  flags.seed = absl::GetFlag(FLAGS_seed);
  flags.http_port = absl::GetFlag(FLAGS_http_port);
  flags.grpc_port = absl::GetFlag(FLAGS_grpc_port);
  flags.admin_port = absl::GetFlag(FLAGS_admin_port);
  flags.sp_http_port = absl::GetFlag(FLAGS_sp_http_port);
  flags.sp_admin_port = absl::GetFlag(FLAGS_sp_admin_port);
  return flags;
}

}  // namespace dci::server
