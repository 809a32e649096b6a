// What the operator may do with reactions: the operations of
// dci.admin.v1.ReactionAdmin. A caller has been found to be the operator
// before.
#ifndef CONVERGENCE_SERVICES_REGISTRY_REACTION_OPERATOR_H_
#define CONVERGENCE_SERVICES_REGISTRY_REACTION_OPERATOR_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/admin/v1/reactions.pb.h"
#include "services/registry/reactions.h"
#include "services/wire/codec.h"

namespace dci::registry {

// Each waits for its commit; not for a thread that serves requests, nor one of
// the store. Thread-safe. Errors as the proto says.
class ReactionOperator {
 public:
  // Both outlive this.
  ReactionOperator(Reactions* reactions, const wire::Codec* codec)
      : reactions_(reactions), codec_(codec) {}

  absl::StatusOr<admin::v1::ListUnmatchedResponse> List(
      const admin::v1::ListUnmatchedRequest& request) const;
  absl::StatusOr<admin::v1::RetryReactionsResponse> Retry(
      const admin::v1::RetryReactionsRequest& request, absl::Time now) const;
  absl::StatusOr<admin::v1::DiscardReactionResponse> Discard(
      const admin::v1::DiscardReactionRequest& request) const;

 private:
  admin::v1::UnmatchedReaction Describe(
      const Reactions::Unmatched& unmatched) const;

  Reactions* const reactions_;
  const wire::Codec* const codec_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_REACTION_OPERATOR_H_
