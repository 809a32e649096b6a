// What a subscription asks for, resolved: events, queries, schedule.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_CRITERIA_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_CRITERIA_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "services/registry/cron.h"
#include "services/registry/event_types.h"
#include "services/registry/named_query.h"
#include "services/registry/query.h"
#include "services/registry/record_type.h"

namespace dci::registry {

// A query on the records of one type.
struct TypedQuery {
  uint32_t type_id = 0;
  Query query;
  // Equal for queries that differ in order and nesting alone.
  std::string normal;
};

struct CompiledCriteria {
  EventSet events = kAllEvents;
  // A record satisfies the filter where it satisfies the one of its type.
  std::vector<TypedQuery> queries;
  // Nothing: notifications leave at once.
  std::optional<Cron> schedule;
  absl::Time start = absl::InfinitePast();
  std::optional<absl::Time> end;
  // Two criteria of one normal form ask for the same. Start and end are no
  // part of it.
  std::string normal;
};

// Resolves criteria. The filter is read as a search's query is; the type `*`
// with the value `*` of an identifier means every record. Where no record type
// is named, records of every type that has the filter's attributes are meant.
//
// Refusals: rjct.notify_types.invalid for an event or a kind of record that
// the registry does not have; rjct.person_id.invalid for an identifier without
// type or value; rjct.notify_details.invalid for any other filter that a
// search would refuse, and for a frequency that cannot be read.
absl::StatusOr<CompiledCriteria> CompileCriteria(
    const Catalog& catalog, const NamedQueries& named, const EventTypes& events,
    const v1::SubscribeCriteria& criteria);

// Text that is equal for queries of the same meaning, as far as order, nesting
// and repetition go; with its values.
std::string NormalText(const Query& query);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_CRITERIA_H_
