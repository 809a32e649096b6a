// Taking rows of the index space apart.
#ifndef CONVERGENCE_SERVICES_REGISTRY_INDEX_ROW_H_
#define CONVERGENCE_SERVICES_REGISTRY_INDEX_ROW_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/registry/record_type.h"

namespace dci::registry {

// The primary key in a row; a part of `key` or of `value`. Empty for a key
// that is no row of the index.
absl::string_view KeyInRow(const IndexInfo& index, absl::string_view key,
                           absl::string_view value);

// The values in a row's key, one for each path; false for a key that is no
// row of the index.
bool ValuesInRow(const IndexInfo& index, absl::string_view key,
                 std::vector<std::string>* values);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_INDEX_ROW_H_
