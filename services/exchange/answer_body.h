// Puts outcomes into the answer's message.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_ANSWER_BODY_H_
#define CONVERGENCE_SERVICES_EXCHANGE_ANSWER_BODY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/stored.pb.h"

namespace dci::exchange {

// Whether a handler's status is a fault of this side, so that the message has
// to be decided again; any other one is a refusal of the item.
bool IsFault(const absl::Status& status);

// An outcome as it is stored and written.
stored::Outcome OutcomeOf(ItemOutcome outcome, absl::string_view reference_id,
                          absl::Time now);
stored::Outcome RefusedOutcome(const absl::Status& refusal,
                               absl::string_view reference_id, absl::Time now);

// Items of a message by what became of them.
struct Tally {
  int total = 0;
  int completed = 0;  // of total, no longer pending
  int refused = 0;    // of completed
};
void Count(const stored::Outcome& outcome, Tally* tally);

// Wire bytes of the answer's body: of the answer, or of the callback's
// request.
std::string AnswerBody(const MethodPlan& plan, absl::string_view transaction_id,
                       absl::string_view correlation_id,
                       const std::vector<stored::Outcome>& outcomes);

// status, its reason, and the counts. Rejected where every item is.
dci::common::v1::MsgCallbackHeader AnswerHeader(const Tally& tally);
// The same for a message that is refused as a whole.
dci::common::v1::MsgCallbackHeader RefusedHeader(const absl::Status& refusal,
                                                 int total);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_ANSWER_BODY_H_
