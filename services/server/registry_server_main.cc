// registry_server: one institution, until SIGTERM or SIGINT.
#include <cstdio>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/server/domains.h"
#include "services/server/flags.h"
#include "services/server/institution.h"
#include "services/server/json_log.h"
#include "services/server/setup.h"
#include "services/server/stop_signal.h"

namespace dci::server {
namespace {

// Long enough for any request in progress, short enough for a supervisor.
constexpr absl::Duration kDrain = absl::Seconds(20);

absl::Status Run(const ServerFlags& flags) {
  StopSignal stop;  // before any thread is started
  auto setup = SetUp(flags);
  if (!setup.ok()) return setup.status();
  JsonLog log(setup->config.id(), stderr);
  InstitutionOptions options;
  options.domains = DomainsFor(setup->config);
  options.config = std::move(setup->config);
  options.model = setup->model.get();
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
  // Debian's Abseil looks for deadlocks at every lock that gRPC takes, which
  // is a sixteenth of what a call costs. The tests leave it on.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const absl::Status status =
      dci::server::Run(dci::server::ParseServerFlags(argc, argv));
  if (status.ok()) return 0;
  std::fprintf(stderr, "registry_server: %s\n", status.ToString().c_str());
  return 1;
}
