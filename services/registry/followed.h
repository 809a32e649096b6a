// What is known of another institution's record.
//
// Notifications come twice, late and in the wrong order. Each tells a state of
// the record and not a difference, so it is enough to keep the newest of each
// kind, by the publisher's own order:
//
//   * the last event or reversal decides whether the record counts,
//   * the newest event or correction says what the record is.
//
// Both are registers in which the greater order wins, whenever it comes: any
// order of arrival, with any repetitions, leaves the same. A reversal that
// comes before the event it reverses wins over it, because its order is
// greater; so does one of the same order.
#ifndef CONVERGENCE_SERVICES_REGISTRY_FOLLOWED_H_
#define CONVERGENCE_SERVICES_REGISTRY_FOLLOWED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dci/config/v1/reaction.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "services/registry/reaction_state.pb.h"
#include "services/schema/message.h"

namespace dci::registry {

enum class NewsKind { kEvent, kReversal, kCorrection };

// Takes in a notification of a record. False where nothing is new by it.
bool Learn(NewsKind kind, const state::EventOrder& order,
           absl::string_view record, state::Followed* followed);

// Whether the record counts: its last event or reversal is an event.
inline bool Counts(const state::Followed& followed) {
  return followed.decided() && !followed.reversed();
}

// The order of an event. Its time is the timestamp of the notified event, its
// number the event's reference_id where that is a decimal number (the number
// of the change, at registries of this suite), and last_updated the value
// there of the record, where it has one. Compared are time, number and
// last_updated; with SOURCE_ORDER_LAST_UPDATED, last_updated, number, time.
state::EventOrder OrderOf(const v1::NotifyEvent& event,
                          const schema::Message& message,
                          absl::string_view record,
                          config::v1::SourceOrder order);

// Whether the names mean the same event: letters and digits of their last
// segments, in any case.
bool SameEvent(absl::string_view a, absl::string_view b);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_FOLLOWED_H_
