// Queries that the registry publishes under a name.
#ifndef CONVERGENCE_SERVICES_REGISTRY_NAMED_QUERY_H_
#define CONVERGENCE_SERVICES_REGISTRY_NAMED_QUERY_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "dci/config/v1/server.pb.h"
#include "services/registry/condition.h"
#include "services/registry/json_value.h"
#include "services/schema/model.h"

namespace dci::registry {

// Immutable, so thread-safe.
class NamedQueries {
 public:
  // INVALID_ARGUMENT naming the query that is no NoSQL query, or whose record
  // the service does not hold, or whose name is given twice.
  static absl::StatusOr<NamedQueries> Build(
      absl::Span<const config::v1::NamedQueryConfig* const> configs,
      const schema::Service& service);

  struct Filled {
    const schema::Message* record;
    Condition condition;
  };
  // The query with its parameters filled in, each as one JSON scalar or, for
  // $in, a list of them: a parameter never becomes an operator or a name.
  // `params` is null or an object. Errors: a refusal with
  // rjct.search_criteria.invalid naming the query that is not offered, or the
  // parameter that is missing, unknown or no such value.
  absl::StatusOr<Filled> Fill(absl::string_view name,
                              const JsonValue& params) const;

  std::vector<std::string> names() const;

 private:
  struct Entry {
    const schema::Message* record;
    JsonValue query;
    std::vector<std::string> parameters;  // sorted
  };
  absl::flat_hash_map<std::string, Entry> entries_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_NAMED_QUERY_H_
