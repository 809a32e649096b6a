// The schema that is compiled into the programs, and what is added to it when
// one starts.
#ifndef CONVERGENCE_SERVICES_SERVER_COMPILED_SCHEMA_H_
#define CONVERGENCE_SERVICES_SERVER_COMPILED_SCHEMA_H_

#include <memory>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.pb.h"
#include "services/schema/model.h"

namespace dci::server {

// Every service of protos/. INVALID_ARGUMENT as schema::Model::Build, which
// the tests of the protos rule out.
absl::StatusOr<std::unique_ptr<const schema::Model>> CompiledSchema();

// The same with files met at run time (ReadSchemaFiles). A file that has the
// name of a compiled one takes its place. INVALID_ARGUMENT as
// schema::Model::BuildFromSet, with file and line.
absl::StatusOr<std::unique_ptr<const schema::Model>> CompiledSchemaWith(
    const google::protobuf::FileDescriptorSet& added);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_COMPILED_SCHEMA_H_
