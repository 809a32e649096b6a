// Schemas that are read when a server starts: what is drafted in a .proto is
// served without a build.
#ifndef CONVERGENCE_SERVICES_SERVER_SCHEMA_FILES_H_
#define CONVERGENCE_SERVICES_SERVER_SCHEMA_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.pb.h"

namespace dci::server {

// Reads .proto files and what they import. Imports are looked for below `root`
// and then among the files compiled into the program; a file below `root` that
// has the name of a compiled one takes its place. An empty root: the folder of
// each file. Lines of declarations are kept, for the messages of
// schema::Model::BuildFromSet.
//
// NOT_FOUND where a file of `files` is not there or not below `root`;
// INVALID_ARGUMENT with a line for each fault, "draft.proto:12:3: …".
absl::StatusOr<google::protobuf::FileDescriptorSet> ReadSchemaFiles(
    const std::vector<std::string>& files, const std::string& root);

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_SCHEMA_FILES_H_
