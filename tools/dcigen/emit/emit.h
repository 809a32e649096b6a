// One function for each kind of file that is written. They print what the
// model says and decide nothing.
#ifndef CONVERGENCE_TOOLS_DCIGEN_EMIT_EMIT_H_
#define CONVERGENCE_TOOLS_DCIGEN_EMIT_EMIT_H_

#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/printer.h"
#include "services/schema/model.h"

namespace dci::dcigen {

// A file of the schema and the services it declares, in its order.
struct Unit {
  const google::protobuf::FileDescriptor* file = nullptr;
  std::vector<const schema::Service*> services;
  std::vector<const schema::CodeList*> code_lists;
  // All files that the model was asked for: what its clients link.
  std::vector<const google::protobuf::FileDescriptor*> schema_files;
};

// What an author of the services implements, and its registration.
void EmitSkeletonHeader(const Unit& unit, google::protobuf::io::Printer* out);
void EmitSkeletonSource(const Unit& unit, google::protobuf::io::Printer* out);
// The table of the methods: both wires' names, mode, action, scope.
void EmitRoutesHeader(const Unit& unit, google::protobuf::io::Printer* out);
// The caller's side: a stub for each service, a receiver for each service of
// callbacks.
void EmitClientHeader(const Unit& unit, google::protobuf::io::Printer* out);
void EmitClientSource(const Unit& unit, google::protobuf::io::Printer* out);
// Constants for the codes of the code lists.
void EmitCodesHeader(const Unit& unit, google::protobuf::io::Printer* out);

}  // namespace dci::dcigen

#endif  // CONVERGENCE_TOOLS_DCIGEN_EMIT_EMIT_H_
