// Finding a record by a unique index within a commit, where there is no scan.
#ifndef CONVERGENCE_SERVICES_REGISTRY_UNIQUE_ROW_H_
#define CONVERGENCE_SERVICES_REGISTRY_UNIQUE_ROW_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/layout.h"
#include "services/registry/record_type.h"
#include "services/storage/store.h"

namespace dci::registry {

// The row of a unique index for these values, one for each of its paths, as
// texts; what is stored there is the primary key of the record that has them.
// Nothing where a text is no value of its field, so that no record can have
// it. NOT_FOUND where the catalog has no such type, or the type no such unique
// index.
absl::StatusOr<std::optional<storage::Key>> UniqueRow(
    const Catalog& catalog, const Spaces& spaces, absl::string_view type,
    absl::string_view index, const std::vector<std::string>& values);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_UNIQUE_ROW_H_
