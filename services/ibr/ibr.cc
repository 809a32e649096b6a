#include "services/ibr/ibr.h"

#include "services/base/status_macros.h"
#include "services/ibr/enrolment_handler.h"
#include "services/ibr/reservation_handler.h"

namespace dci::ibr {

absl::StatusOr<std::shared_ptr<const Places>> Serve(
    const registry::Registry* registry, absl::Duration longest_reservation,
    exchange::HandlerRegistry* handlers) {
  ASSIGN_OR_RETURN(Places places, Places::Create(registry));
  const schema::Model& model = registry->codec().model();
  RETURN_IF_ERROR(v1::RegisterBeneficiaryEnrolment(
      model, std::make_shared<EnrolmentHandler>(places), handlers));
  RETURN_IF_ERROR(ext::v1::RegisterEnrollmentReservation(
      model, std::make_shared<ReservationHandler>(places, longest_reservation),
      handlers));
  return std::make_shared<const Places>(std::move(places));
}

}  // namespace dci::ibr
