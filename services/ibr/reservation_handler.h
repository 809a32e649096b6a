// Reserving places in programmes; see dci/ext/v1/reserve.proto.
#ifndef CONVERGENCE_SERVICES_IBR_RESERVATION_HANDLER_H_
#define CONVERGENCE_SERVICES_IBR_RESERVATION_HANDLER_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/ext/v1/reserve.dci.h"
#include "dci/ext/v1/reserve.pb.h"
#include "services/exchange/handler.h"
#include "services/ibr/places.h"

namespace dci::ibr {

// Places that one reservation may exclude.
inline constexpr int kMaxExcluded = 20;

// Decides in the committer's serial stage, where one comes after another: of
// two reservations of a place the second finds the first. Thread-safe.
class ReservationHandler : public ext::v1::EnrollmentReservationHandler {
 public:
  // `longest`: how long a reservation may last.
  ReservationHandler(Places places, absl::Duration longest)
      : places_(std::move(places)), longest_(longest) {}

  absl::Status ValidateSyncReserve(
      const exchange::ItemContext& context,
      const ext::v1::ReserveRequestItem& item) const override;
  void SyncReserveKeys(const exchange::ItemContext& context,
                       const ext::v1::ReserveRequestItem& item,
                       std::vector<storage::Key>* keys) const override;
  absl::StatusOr<exchange::TypedOutcome<ext::v1::ReserveResponseItem>>
  SyncReserveApply(const exchange::ItemContext& context,
                   const ext::v1::ReserveRequestItem& item,
                   storage::CommitView& view) const override;

  void SyncReleaseKeys(const exchange::ItemContext& context,
                       const ext::v1::ReleaseRequestItem& item,
                       std::vector<storage::Key>* keys) const override;
  absl::StatusOr<exchange::TypedOutcome<ext::v1::ReleaseResponseItem>>
  SyncReleaseApply(const exchange::ItemContext& context,
                   const ext::v1::ReleaseRequestItem& item,
                   storage::CommitView& view) const override;

 private:
  // The sender's own reservations of any of the places; a refusal where one
  // is taken.
  absl::StatusOr<std::vector<Reservation>> CheckFree(
      const exchange::ItemContext& context, const std::vector<Place>& places,
      const storage::View& view) const;

  const Places places_;
  const absl::Duration longest_;
};

}  // namespace dci::ibr

#endif  // CONVERGENCE_SERVICES_IBR_RESERVATION_HANDLER_H_
