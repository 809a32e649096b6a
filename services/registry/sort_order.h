// The order that a request's sort keys ask for, as bytes to compare.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SORT_ORDER_H_
#define CONVERGENCE_SERVICES_REGISTRY_SORT_ORDER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/registry/criteria.h"

namespace dci::registry {

// Orders records by the keys one after another; those without a value come
// last, whatever the direction. Of several values the least counts, the
// greatest where descending. Without a primary key at its end, records that
// agree in all keys have equal bytes.
std::string SortBytes(absl::Span<const SortKey> keys, absl::string_view record);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SORT_ORDER_H_
