// registry_server: one institution, until SIGTERM or SIGINT.
#include <cstdio>

#include "absl/synchronization/mutex.h"
#include "services/server/domains.h"
#include "services/server/flags.h"
#include "services/server/run.h"

int main(int argc, char** argv) {
  // Debian's Abseil looks for deadlocks at every lock that gRPC takes, which
  // is a sixteenth of what a call costs. The tests leave it on.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const absl::Status status = dci::server::RunServer(
      dci::server::ParseServerFlags(argc, argv), dci::server::DomainsFor);
  if (status.ok()) return 0;
  std::fprintf(stderr, "registry_server: %s\n", status.ToString().c_str());
  return 1;
}
