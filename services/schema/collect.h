// Which messages of a set of files travel on the wire.
#ifndef CONVERGENCE_SERVICES_SCHEMA_COLLECT_H_
#define CONVERGENCE_SERVICES_SCHEMA_COLLECT_H_

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "google/protobuf/descriptor.h"

namespace dci::schema {

struct WireMessages {
  // By full name.
  std::vector<const google::protobuf::Descriptor*> all;
  // Of `all`, those that only methods of MODE_PLAIN carry.
  absl::flat_hash_set<const google::protobuf::Descriptor*> plain;
};

// The files and all they import, those that are imported first, otherwise by
// name: the same order for the same schema.
std::vector<const google::protobuf::FileDescriptor*> WithImports(
    const std::vector<const google::protobuf::FileDescriptor*>& files);

// What can be reached from envelopes, acknowledgements, records and messages
// with options of their own, and from the methods that are not the operator's.
WireMessages CollectWireMessages(
    const std::vector<const google::protobuf::FileDescriptor*>& files);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_COLLECT_H_
