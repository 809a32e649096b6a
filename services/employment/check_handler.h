// What state has somebody's enrolment?
#ifndef CONVERGENCE_SERVICES_EMPLOYMENT_CHECK_HANDLER_H_
#define CONVERGENCE_SERVICES_EMPLOYMENT_CHECK_HANDLER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/employment/v1/enrolment_check.pb.h"
#include "dci/employment/v1/enrolment_check_service.dci.h"
#include "services/exchange/handler.h"
#include "services/registry/registry.h"

namespace dci::employment {

// Thread-safe.
class CheckHandler : public v1::EnrolmentCheckHandler {
 public:
  // The registry outlives the handler.
  explicit CheckHandler(const registry::Registry* registry)
      : registry_(registry) {}

  absl::Status ValidateSyncCheckEnrollment(
      const exchange::ItemContext& context,
      const v1::EnrolmentCheckRequest& request) const override;
  // The state of the latest enrolment that the query names, an active one
  // before all others; no state where there is none.
  absl::StatusOr<exchange::TypedOutcome<v1::EnrolmentCheckResponseItem>>
  SyncCheckEnrollment(const exchange::ItemContext& context,
                      const v1::EnrolmentCheckRequest& request,
                      const storage::Snapshot& snapshot,
                      absl::string_view continuation) const override;

 private:
  const registry::Registry* const registry_;
};

}  // namespace dci::employment

#endif  // CONVERGENCE_SERVICES_EMPLOYMENT_CHECK_HANDLER_H_
