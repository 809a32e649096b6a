// What the operator may do with subscriptions: the operations of
// dci.admin.v1.SubscriptionAdmin. A caller has been found to be the operator
// before.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_OPERATOR_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_OPERATOR_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/admin/v1/subscriptions.pb.h"
#include "services/registry/subscriptions.h"

namespace dci::registry {

// Each waits for its commit; not for a thread that serves requests, nor one of
// the store. Thread-safe. Errors as the proto says.
class SubscriptionOperator {
 public:
  // All outlive this. `changed` is called after a commit: there may be
  // something to send. May be empty.
  SubscriptionOperator(std::vector<Subscriptions*> all,
                       std::function<void()> changed)
      : all_(std::move(all)), changed_(std::move(changed)) {}

  absl::StatusOr<admin::v1::ListSubscriptionsResponse> List(
      const admin::v1::ListSubscriptionsRequest& request) const;
  absl::StatusOr<admin::v1::ApproveSubscriptionResponse> Approve(
      const admin::v1::ApproveSubscriptionRequest& request, absl::Time now);
  absl::StatusOr<admin::v1::SuspendSubscriptionResponse> Suspend(
      const admin::v1::SuspendSubscriptionRequest& request, absl::Time now);
  absl::StatusOr<admin::v1::ResumeSubscriptionResponse> Resume(
      const admin::v1::ResumeSubscriptionRequest& request, absl::Time now);
  absl::StatusOr<admin::v1::DeleteSubscriptionResponse> Delete(
      const admin::v1::DeleteSubscriptionRequest& request, absl::Time now);

 private:
  using Change = std::function<absl::Status(const Subscriptions& one,
                                            const state::Subscription& row,
                                            storage::CommitView& view)>;
  // Applies a change to the subscription of that code, in the registry that
  // has it, and gives what became of it.
  absl::StatusOr<admin::v1::Subscription> ChangeOne(const std::string& code,
                                                    const Change& change);

  const std::vector<Subscriptions*> all_;
  const std::function<void()> changed_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_OPERATOR_H_
