// What the operator of the system may do: the operations of
// dci.admin.v1.SpSystemAdmin. A caller has been found to be the operator
// before.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_SP_OPERATOR_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_SP_OPERATOR_H_

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/admin/v1/sp_system.pb.h"
#include "services/base/ids.h"
#include "services/exchange/outbox.h"
#include "services/spsystem/sp_system.h"

namespace dci::spsystem {

// Each waits for its commits; not for a thread that serves requests, nor one
// of the store. Thread-safe. Errors as the proto says.
class SpOperator {
 public:
  // Both outlive this.
  SpOperator(SpSystem* system, const exchange::Outbox* outbox)
      : system_(system), outbox_(outbox) {}

  absl::StatusOr<admin::v1::PutProgrammeResponse> Put(
      const admin::v1::PutProgrammeRequest& request) const;
  absl::StatusOr<admin::v1::ListProgrammesResponse> ListProgrammes() const;
  absl::StatusOr<admin::v1::StartIntakeResponse> Start(
      const admin::v1::StartIntakeRequest& request, absl::Time now) const;
  absl::StatusOr<admin::v1::GetIntakeResponse> GetIntake(
      const admin::v1::GetIntakeRequest& request) const;
  absl::StatusOr<admin::v1::ListEnrolmentsResponse> ListEnrolments(
      const admin::v1::ListEnrolmentsRequest& request) const;
  absl::StatusOr<admin::v1::GetEnrolmentResponse> GetEnrolment(
      const admin::v1::GetEnrolmentRequest& request) const;
  absl::StatusOr<admin::v1::ChangeEnrolmentResponse> Change(
      const admin::v1::ChangeEnrolmentRequest& request, absl::Time now) const;

 private:
  // Commits what `apply` decides, with the messages that it brings about.
  absl::Status Commit(absl::Time now, const std::string& reason,
                      std::function<absl::Status(const Step&)> apply) const;

  SpSystem* const system_;
  const exchange::Outbox* const outbox_;
};

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_SP_OPERATOR_H_
