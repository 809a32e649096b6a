// The tour: real messages over the wire, each printed and checked.
#ifndef CONVERGENCE_SERVICES_SANDBOX_TOUR_H_
#define CONVERGENCE_SERVICES_SANDBOX_TOUR_H_

#include "absl/status/status.h"
#include "services/sandbox/ecosystem.h"

namespace dci::sandbox {

// Drives the running ecosystem as a social-protection system would, over HTTP
// and gRPC, and prints what went over the wire. INTERNAL, naming the step and
// what was wrong, at the first answer that is not right.
absl::Status RunTour(Ecosystem& ecosystem);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_TOUR_H_
