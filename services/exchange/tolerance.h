// Which departures from the published form a sender is forgiven.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TOLERANCE_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TOLERANCE_H_

#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/exchange/handler_registry.h"
#include "services/trust/participants.h"
#include "services/wire/finding.h"

namespace dci::exchange {

// Whether a finding is an error of this participant: a departure from its
// dialect, by its list of `errors` and `allowed`, else by its tolerance.
bool IsError(const wire::Finding& finding,
             const trust::Participant& participant);

struct ToleranceVerdict {
  // A refusal of the whole message, for the first error outside the items.
  absl::Status message;
  // Nothing outside the items is amiss, but at most the action: the message
  // has the form of its operation.
  bool well_formed = true;
  // Refusals of items, by place.
  absl::flat_hash_map<size_t, absl::Status> items;
  int tolerated = 0;
};

// Sorts the errors among the findings: what lies within an item is that
// item's, with the reason that its place suggests.
ToleranceVerdict JudgeFindings(const MethodPlan& plan,
                               const std::vector<wire::Finding>& findings,
                               const trust::Participant& participant);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TOLERANCE_H_
