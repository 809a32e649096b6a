// The schema that is compiled into the programs.
#ifndef CONVERGENCE_SERVICES_SERVER_COMPILED_SCHEMA_H_
#define CONVERGENCE_SERVICES_SERVER_COMPILED_SCHEMA_H_

#include <memory>

#include "absl/status/statusor.h"
#include "services/schema/model.h"

namespace dci::server {

// Every service of protos/. INVALID_ARGUMENT as schema::Model::Build, which
// the tests of the protos rule out.
absl::StatusOr<std::unique_ptr<const schema::Model>> CompiledSchema();

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_COMPILED_SCHEMA_H_
