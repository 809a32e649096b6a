// From flags to what an institution is started with.
#ifndef CONVERGENCE_SERVICES_SERVER_SETUP_H_
#define CONVERGENCE_SERVICES_SERVER_SETUP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "dci/config/v1/server.pb.h"
#include "services/schema/model.h"
#include "services/server/flags.h"

namespace dci::server {

struct Setup {
  dci::config::v1::ServerConfig config;  // as CompleteConfig left it
  std::unique_ptr<const schema::Model> model;
};

// Reads the configuration file and the schemas that flags and file name, and
// completes what they leave open for a registry that `--registry` names: by
// the name that the standard gives it, or by the full name of its service or
// one of its prefixes where a schema file declares it. With a schema file and
// neither of the two flags, the one registry of that file.
//
// INVALID_ARGUMENT or NOT_FOUND, saying which flag, file and line.
absl::StatusOr<Setup> SetUp(const ServerFlags& flags);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_SETUP_H_
