// The operations that only a beneficiary registry has.
#ifndef CONVERGENCE_SERVICES_IBR_ENROLMENT_HANDLER_H_
#define CONVERGENCE_SERVICES_IBR_ENROLMENT_HANDLER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/ibr/v1/enrolment.pb.h"
#include "dci/ibr/v1/enrolment_service.dci.h"
#include "services/exchange/handler.h"
#include "services/ibr/places.h"

namespace dci::ibr {

// Is somebody enrolled, and what changed in enrolments. Thread-safe.
class EnrolmentHandler : public v1::BeneficiaryEnrolmentHandler {
 public:
  explicit EnrolmentHandler(Places places) : places_(std::move(places)) {}

  absl::Status ValidateSyncEnrolled(
      const exchange::ItemContext& context,
      const v1::EnrolledRequest& request) const override;
  // Yes where a record of the person, of a group that is asked for, or of a
  // group that the person belongs to, is in the programme, or in any where
  // none is named.
  absl::StatusOr<exchange::TypedOutcome<v1::EnrolledResponseItem>> SyncEnrolled(
      const exchange::ItemContext& context, const v1::EnrolledRequest& request,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override;

  absl::Status ValidateSyncEnrollmentUpdates(
      const exchange::ItemContext& context,
      const v1::EnrollmentUpdatesRequest& request) const override;
  void SyncEnrollmentUpdatesKeys(
      const exchange::ItemContext& context,
      const v1::EnrollmentUpdatesRequest& request,
      std::vector<storage::Key>* keys) const override;
  // Each enrolment by itself: new, put over what is known, or passed over as
  // older than that. Enrolling somebody whose place another sender has
  // reserved is refused; a reservation of the sender's own is used up. All of
  // it is one commit.
  absl::StatusOr<exchange::TypedOutcome<v1::EnrollmentUpdatesResponseItem>>
  SyncEnrollmentUpdatesApply(const exchange::ItemContext& context,
                             const v1::EnrollmentUpdatesRequest& request,
                             storage::CommitView& view) const override;

 private:
  absl::StatusOr<exchange::ItemOutcome> Update(
      const exchange::ItemContext& context, const v1::Beneficiary& update,
      storage::CommitView& view) const;
  // The key of the record that the update is of; empty: there is none.
  absl::StatusOr<std::string> RecordOf(const std::vector<Place>& update,
                                       const storage::View& view) const;
  // Refuses what others have reserved, and ends the sender's own reservations.
  absl::Status UseReservations(const exchange::ItemContext& context,
                               const std::vector<Place>& places,
                               storage::CommitView& view) const;
  // In place of the record of `known_key`, where there is one.
  absl::Status Write(absl::string_view known_key,
                     const registry::RecordChange& change, absl::Time now,
                     storage::CommitView& view) const;

  const Places places_;
};

}  // namespace dci::ibr

#endif  // CONVERGENCE_SERVICES_IBR_ENROLMENT_HANDLER_H_
