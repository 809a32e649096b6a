// What page a search asks for: the request's pagination, and cursors.
#ifndef CONVERGENCE_SERVICES_REGISTRY_PAGE_REQUEST_H_
#define CONVERGENCE_SERVICES_REGISTRY_PAGE_REQUEST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/registry/v1/search.pb.h"
#include "services/base/sealer.h"
#include "services/registry/state.pb.h"

namespace dci::registry {

struct PageRequest {
  int size = 0;
  int number = 1;
  // Set where the search goes on; then `number` means nothing.
  std::optional<state::Cursor> cursor;
};

// Reads criteria.pagination; without one, the first page of the greatest
// size. `continuation`, where not empty, takes the place of the caller's
// cursor and page number. Errors: a refusal with rjct.pagination.invalid.
absl::StatusOr<PageRequest> ReadPageRequest(const v1::SearchCriteria& criteria,
                                            const Sealer& cursors,
                                            int max_page_size,
                                            absl::string_view continuation);

// A cursor as the caller holds it: opaque, and of no use with other criteria.
std::string WriteCursor(const v1::SearchCriteria& criteria,
                        const Sealer& cursors, state::Cursor cursor);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_PAGE_REQUEST_H_
