// The published registries, compiled in: for programs that speak to any of
// them. A program with one registry names that one's files alone.
#ifndef CONVERGENCE_SERVICES_SCHEMA_REGISTRIES_H_
#define CONVERGENCE_SERVICES_SCHEMA_REGISTRIES_H_

#include <vector>

#include "google/protobuf/descriptor.h"

namespace dci::schema {

// Records, services and code lists of every registry, and the code lists of
// dci.common.v1; what they import follows from Model::Build.
std::vector<const google::protobuf::FileDescriptor*> RegistryFiles();

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_REGISTRIES_H_
