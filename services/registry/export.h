// Giving all records of a type, page by page.
#ifndef CONVERGENCE_SERVICES_REGISTRY_EXPORT_H_
#define CONVERGENCE_SERVICES_REGISTRY_EXPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/registry.h"
#include "services/registry/search.h"
#include "services/schema/dialect.h"
#include "services/storage/store.h"

namespace dci::registry {

struct ExportPage {
  // NDJSON: one record a line, as the dialect writes it, with "@type".
  std::string lines;
  int records = 0;
  // Given back for the page after this one; empty on the last.
  std::string next;
};

// Up to `max_records` records, or the first beyond `max_bytes` of lines, in
// the order of their keys, after `position`, `next` of the page before.
// Every page of one snapshot together is the state of one moment. `given`,
// where it is not null, gets the records themselves, for who writes down what
// leaves. NOT_FOUND where the service holds no such record; INTERNAL where a
// stored record cannot be written, naming its type.
absl::StatusOr<ExportPage> Export(const Registry& registry,
                                  const storage::Snapshot& snapshot,
                                  absl::string_view type,
                                  schema::Dialect dialect,
                                  absl::string_view position, int max_records,
                                  size_t max_bytes = 4u << 20,
                                  std::vector<PageRecord>* given = nullptr);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_EXPORT_H_
