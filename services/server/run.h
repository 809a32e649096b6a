// What a program that is one institution does, whatever its domains are.
#ifndef CONVERGENCE_SERVICES_SERVER_RUN_H_
#define CONVERGENCE_SERVICES_SERVER_RUN_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "dci/config/v1/server.pb.h"
#include "services/server/domain.h"
#include "services/server/flags.h"

namespace dci::server {

// The domains for a configuration, in the order in which they are started.
using DomainMaker = std::function<std::vector<std::unique_ptr<Domain>>(
    const dci::config::v1::ServerConfig&)>;

// Serves until SIGTERM or SIGINT; prints the ports as soon as it listens. Call
// it before any thread is started. Errors as SetUp and Institution::Start.
absl::Status RunServer(const ServerFlags& flags, const DomainMaker& domains);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_RUN_H_
