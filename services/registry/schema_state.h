// The schema as the store knows it: which types and indexes have which ids,
// and which indexes are filled.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SCHEMA_STATE_H_
#define CONVERGENCE_SERVICES_REGISTRY_SCHEMA_STATE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/layout.h"
#include "services/registry/record_type.h"
#include "services/registry/state.pb.h"
#include "services/schema/model.h"
#include "services/storage/store.h"

namespace dci::registry {

// Everything that an index's rows depend on: paths, uniqueness, kinds of
// values, and the codes of their lists. An index whose definition changes is
// built anew.
std::string Definition(const schema::Index& index);

// Reads what the store knows of the service, compares, and writes what is
// new: ids for new types and indexes; new and changed indexes as not ready
// (ready where the type has no records yet); dropped ones as such; types to be
// rewritten where the schema has changed. Blocks on the store.
//
// FAILED_PRECONDITION with a line for each difference where records were
// stored under a schema that this one cannot read.
absl::StatusOr<state::Registry> OpenState(storage::Store& store,
                                          const Spaces& spaces,
                                          const schema::Model& model,
                                          const schema::Service& service);

// The key of a service's row in the meta space.
std::string StateKey(const schema::Service& service);

// The catalog that a state describes.
std::shared_ptr<const Catalog> MakeCatalog(const schema::Model& model,
                                           const schema::Service& service,
                                           const state::Registry& state);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SCHEMA_STATE_H_
