// What the operator may do with messages that leave and with participants:
// the operations of dci.admin.v1.OutgoingAdmin and ParticipantAdmin. A caller
// has been found to be the operator before.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_OPERATOR_H_
#define CONVERGENCE_SERVICES_EXCHANGE_OPERATOR_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/admin/v1/parked.pb.h"
#include "dci/admin/v1/participants.pb.h"
#include "services/exchange/outbox.h"
#include "services/exchange/participant_store.h"
#include "services/storage/store.h"

namespace dci::exchange {

// Each waits for its commit; not for a thread that serves requests, nor one of
// the store. Thread-safe. Errors as the protos say.
class OutgoingOperator {
 public:
  // All outlive this. `wake` asks for a pass of the dispatcher.
  OutgoingOperator(storage::Store* store, const Outbox* outbox,
                   std::function<void()> wake)
      : store_(store), outbox_(outbox), wake_(std::move(wake)) {}

  absl::StatusOr<dci::admin::v1::ListParkedResponse> List(
      const dci::admin::v1::ListParkedRequest& request) const;
  absl::StatusOr<dci::admin::v1::ReplayParkedResponse> Replay(
      const dci::admin::v1::ReplayParkedRequest& request, absl::Time now);
  absl::StatusOr<dci::admin::v1::DiscardParkedResponse> Discard(
      const dci::admin::v1::DiscardParkedRequest& request, absl::Time now);
  absl::StatusOr<dci::admin::v1::CountOutgoingResponse> Count() const;

 private:
  absl::StatusOr<int> ReplayLane(const std::string& lane, absl::Time now);
  absl::StatusOr<int> ReplayReceiver(const std::string& receiver,
                                     absl::Time now);

  storage::Store* const store_;
  const Outbox* const outbox_;
  const std::function<void()> wake_;
};

// The same for participants.
class ParticipantOperator {
 public:
  explicit ParticipantOperator(ParticipantStore* participants)
      : participants_(participants) {}

  absl::StatusOr<dci::admin::v1::PutParticipantResponse> Put(
      const dci::admin::v1::PutParticipantRequest& request);
  absl::StatusOr<dci::admin::v1::RemoveParticipantResponse> Remove(
      const dci::admin::v1::RemoveParticipantRequest& request);
  absl::StatusOr<dci::admin::v1::ListParticipantsResponse> List() const;

 private:
  ParticipantStore* const participants_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_OPERATOR_H_
