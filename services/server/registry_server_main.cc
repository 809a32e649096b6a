// registry_server: one institution, until SIGTERM or SIGINT.
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/server/compiled_schema.h"
#include "services/server/config.h"
#include "services/server/domains.h"
#include "services/server/flags.h"
#include "services/server/institution.h"
#include "services/server/json_log.h"
#include "services/server/known_registries.h"
#include "services/server/own_files.h"
#include "services/server/stop_signal.h"

namespace dci::server {
namespace {

// Long enough for any request in progress, short enough for a supervisor.
constexpr absl::Duration kDrain = absl::Seconds(20);

// What the registry of that name is run with where the file, if any, says
// nothing: its own folder, keys that are made once, a token for the operator.
absl::StatusOr<dci::config::v1::ServerConfig> ConfigOf(
    const ServerFlags& flags) {
  const KnownRegistry* known = FindKnownRegistry(flags.registry);
  if (known == nullptr)
    return absl::InvalidArgumentError(
        absl::StrCat("--registry: none is called ", flags.registry));
  dci::config::v1::ServerConfig config;
  if (!flags.config.empty()) {
    ASSIGN_OR_RETURN(config, ReadConfig(flags.config));
  }
  const std::string folder =
      flags.data_dir.empty() ? UserDataFolder(known->name) : flags.data_dir;
  ApplyDefaults(*known, folder, &config);
  RETURN_IF_ERROR(MakeFolder(folder));
  if (config.keys_size() == 0) RETURN_IF_ERROR(MakeOwnKeys(folder, &config));
  if (config.admin_token_sha256_size() == 0) {
    ASSIGN_OR_RETURN(const std::string token,
                     MakeToken(absl::StrCat(folder, "/operator.token")));
    config.add_admin_token_sha256(absl::BytesToHexString(Sha256(token)));
  }
  RETURN_IF_ERROR(CompleteConfig(&config));
  return config;
}

absl::Status Run(const ServerFlags& flags) {
  StopSignal stop;  // before any thread is started
  if (flags.config.empty() && flags.registry.empty())
    return absl::InvalidArgumentError(
        "--config=FILE or --registry=NAME is needed");
  absl::StatusOr<dci::config::v1::ServerConfig> config =
      flags.registry.empty() ? LoadConfig(flags.config) : ConfigOf(flags);
  if (!config.ok()) return config.status();
  auto model = CompiledSchema();
  if (!model.ok()) return model.status();
  JsonLog log(config->id(), stderr);
  InstitutionOptions options;
  options.domains = DomainsFor(*config);
  options.config = *std::move(config);
  options.model = model->get();
  options.log = &log;
  auto institution = Institution::Start(std::move(options));
  if (!institution.ok()) return institution.status();
  std::printf("http %d\ngrpc %d\nadmin %d\n", (*institution)->http_port(),
              (*institution)->grpc_port(), (*institution)->admin_port());
  std::fflush(stdout);
  stop.Wait();
  (*institution)->Shutdown(kDrain);
  return absl::OkStatus();
}

}  // namespace
}  // namespace dci::server

int main(int argc, char** argv) {
  const absl::Status status =
      dci::server::Run(dci::server::ParseServerFlags(argc, argv));
  if (status.ok()) return 0;
  std::fprintf(stderr, "registry_server: %s\n", status.ToString().c_str());
  return 1;
}
