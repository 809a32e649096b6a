// Reads a SearchCriteria, of any query type, into queries on record types.
#ifndef CONVERGENCE_SERVICES_REGISTRY_CRITERIA_H_
#define CONVERGENCE_SERVICES_REGISTRY_CRITERIA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dci/registry/v1/search.pb.h"
#include "services/registry/named_query.h"
#include "services/registry/query.h"
#include "services/registry/record_type.h"

namespace dci::registry {

struct SortKey {
  Attribute attribute;
  bool descending = false;
};

// A query on one record type.
struct Target {
  const RecordType* type = nullptr;
  Query query;
  std::vector<SortKey> sort;
  // What of the request was passed over, for people; may be empty.
  std::string note;
};

// The record type is the one that reg_record_type names, else
// response_entity, else the named query, else a NoSQL query's collection.
// Where none says, there is a target for each type that has all attributes of
// the query, in the order of the service: the first with a match answers.
//
// A sort attribute that the record type does not have, but another one of the
// registry has, is passed over with a note (a published sample does so).
//
// Errors: refusals with rjct.search_criteria.invalid, which name the query
// type, attribute, operator or member that is not offered, and where the
// attribute would be found; and with rjct.sort.invalid.
absl::StatusOr<std::vector<Target>> ParseCriteria(
    const Catalog& catalog, const NamedQueries& named,
    const v1::SearchCriteria& criteria);

// The query alone, not resolved: for capabilities and tests.
struct SentQuery {
  Condition condition;
  // Named by the query itself; null where it names none.
  const schema::Message* record = nullptr;
};
absl::StatusOr<SentQuery> ParseQuery(const schema::Service& service,
                                     const NamedQueries& named,
                                     const v1::SearchCriteria& criteria);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_CRITERIA_H_
