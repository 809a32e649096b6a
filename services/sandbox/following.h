// What the institutions of the sandbox follow at each other, and the
// programmes of its social-protection system.
#ifndef CONVERGENCE_SERVICES_SANDBOX_FOLLOWING_H_
#define CONVERGENCE_SERVICES_SANDBOX_FOLLOWING_H_

#include "absl/strings/string_view.h"
#include "dci/config/v1/server.pb.h"

namespace dci::sandbox {

// Births at the civil registry add members to the social registry's households
// and records of its own; deaths are written there too, and stop the benefits
// of the SP-System, which enrols children and the old and reports to the
// beneficiary registry. Leaves every other institution as it is.
void AddFollowing(absl::string_view institution,
                  config::v1::ServerConfig* config);

}  // namespace dci::sandbox

#endif  // CONVERGENCE_SERVICES_SANDBOX_FOLLOWING_H_
