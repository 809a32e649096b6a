// The schema that is compiled into the command line, and its operations.
#ifndef CONVERGENCE_TOOLS_DCI_SCHEMA_H_
#define CONVERGENCE_TOOLS_DCI_SCHEMA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/model.h"

namespace dci::cli {

// Every service of protos/. INVALID_ARGUMENT as schema::Model::Build, which
// the tests of the protos rule out.
absl::StatusOr<std::unique_ptr<const schema::Model>> CompiledModel();

// What is called, and where.
struct Operation {
  // Null for a path that the schema does not know.
  const schema::Method* method = nullptr;
  std::string path;  // with the registry's prefix, if one was asked for
};

struct OperationChoice {
  // A path ("/social/registry/search"), a full name
  // ("dci.social.v1.SocialRegistry.Search", also with slashes), an action
  // ("search", "on-search", "txn-status") or a method's name ("SyncSearch").
  std::string name;
  // Prefix of a registry, "social": chooses among several, and is put before
  // the path. Empty: the first that has the operation, and the bare path.
  std::string registry;
  // Of an action that has both forms: the asynchronous one.
  bool asynchronous = false;
};

// ExitCode::kUsage for a name that no service has, with those there are.
absl::StatusOr<Operation> FindOperation(const schema::Model& model,
                                        const OperationChoice& choice);

// "/registry/sync/search  dci.social.v1.SocialRegistry.SyncSearch": a line
// for each operation with a path.
std::vector<std::string> ListOperations(const schema::Model& model);

}  // namespace dci::cli

#endif  // CONVERGENCE_TOOLS_DCI_SCHEMA_H_
