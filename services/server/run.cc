#include "services/server/run.h"

#include <cstdio>
#include <utility>

#include "absl/time/time.h"
#include "services/server/institution.h"
#include "services/server/json_log.h"
#include "services/server/setup.h"
#include "services/server/stop_signal.h"

namespace dci::server {
namespace {

// Long enough for any request in progress, short enough for a supervisor.
constexpr absl::Duration kDrain = absl::Seconds(20);

}  // namespace

absl::Status RunServer(const ServerFlags& flags, const DomainMaker& domains) {
  StopSignal stop;  // before any thread is started
  auto setup = SetUp(flags);
  if (!setup.ok()) return setup.status();
  JsonLog log(setup->config.id(), stderr);
  InstitutionOptions options;
  options.domains = domains(setup->config);
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

}  // namespace dci::server
