// Decides the items of a batch in the committer, each at most once.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_ITEM_DECISIONS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_ITEM_DECISIONS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/answer_body.h"
#include "services/exchange/layout.h"
#include "services/exchange/metrics.h"
#include "services/exchange/outgoing.h"
#include "services/exchange/request.h"
#include "services/exchange/stored.pb.h"
#include "services/storage/store.h"

namespace dci::exchange {

// What became of a batch.
struct Decision {
  std::vector<stored::Outcome> outcomes;  // one for each item, in order
  Tally tally;
  int repeated = 0;  // items that were known
  // Of the first item that was refused.
  absl::Status refusal;
  std::vector<Outgoing> messages;
};

// Keys that DecideItems reads.
void AddItemKeys(const Spaces& spaces, const Request& request, absl::Time now,
                 std::vector<storage::Key>* keys);

// Applies the items in order, within the caller's apply. An item whose ids
// are known is not applied again: with the same content its outcome is given
// once more (and, while it is pending, followed), with other content it is
// refused. A fault of a handler fails everything.
absl::StatusOr<Decision> DecideItems(const Spaces& spaces,
                                     const Request& request, absl::Time now,
                                     storage::CommitView& view);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_ITEM_DECISIONS_H_
