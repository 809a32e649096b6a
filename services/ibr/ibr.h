// What a server needs to hold a beneficiary registry beyond what every
// registry has.
#ifndef CONVERGENCE_SERVICES_IBR_IBR_H_
#define CONVERGENCE_SERVICES_IBR_IBR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/handler_registry.h"
#include "services/ibr/places.h"
#include "services/registry/registry.h"

namespace dci::ibr {

inline constexpr char kService[] = "dci.ibr.v1.BeneficiaryRegistry";
// Services beside it.
inline constexpr const char* kOwnServices[] = {
    "dci.ibr.v1.BeneficiaryEnrolment", "dci.ext.v1.EnrollmentReservation"};

// How long a reservation may last where the configuration does not say: a
// working day, in which a caseworker can finish what was begun.
inline constexpr absl::Duration kLongestReservation = absl::Hours(24);

// Registers the handlers. The store must have kReservationSpace; the registry
// outlives `handlers`. Gives the places, for the pass that sweeps them.
absl::StatusOr<std::shared_ptr<const Places>> Serve(
    const registry::Registry* registry, absl::Duration longest_reservation,
    exchange::HandlerRegistry* handlers);

}  // namespace dci::ibr

#endif  // CONVERGENCE_SERVICES_IBR_IBR_H_
