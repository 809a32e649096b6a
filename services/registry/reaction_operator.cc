#include "services/registry/reaction_operator.h"

#include <algorithm>
#include <string>
#include <vector>

#include "services/base/clock.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

constexpr int kMaxListed = 1000;

}  // namespace

admin::v1::UnmatchedReaction ReactionOperator::Describe(
    const Reactions::Unmatched& unmatched) const {
  const state::Reaction& row = unmatched.reaction;
  admin::v1::UnmatchedReaction described;
  described.set_id(unmatched.id);
  described.set_rule(row.rule());
  described.set_publisher(row.publisher());
  described.set_event(row.event());
  described.set_problem(row.problem());
  described.set_tries(static_cast<int32_t>(row.tries()));
  described.set_received_at(
      FormatTimestamp(absl::FromUnixMicros(row.received_us())));
  if (row.followed().decided())
    described.set_next_try(FormatTimestamp(absl::FromUnixMicros(row.due_us())));
  std::string json;
  if (unmatched.notified != nullptr && row.followed().decided() &&
      codec_
          ->WireToJson(*unmatched.notified, row.followed().record(),
                       schema::Dialect::kC25, &json)
          .ok())
    described.set_record(json);
  return described;
}

absl::StatusOr<admin::v1::ListUnmatchedResponse> ReactionOperator::List(
    const admin::v1::ListUnmatchedRequest& request) const {
  const int asked = request.page_size();
  const int limit = asked <= 0 ? kMaxListed : std::min<int>(asked, kMaxListed);
  std::string cursor = request.page_token();
  ASSIGN_OR_RETURN(const std::vector<Reactions::Unmatched> found,
                   reactions_->List(static_cast<size_t>(limit), &cursor));
  admin::v1::ListUnmatchedResponse response;
  for (const Reactions::Unmatched& unmatched : found)
    if (request.rule().empty() || unmatched.reaction.rule() == request.rule())
      *response.add_unmatched() = Describe(unmatched);
  response.set_next_page_token(cursor);
  return response;
}

absl::StatusOr<admin::v1::RetryReactionsResponse> ReactionOperator::Retry(
    const admin::v1::RetryReactionsRequest& request, absl::Time now) const {
  admin::v1::RetryReactionsResponse response;
  ASSIGN_OR_RETURN(const int due, reactions_->Retry(request.id(), now));
  response.set_due(due);
  return response;
}

absl::StatusOr<admin::v1::DiscardReactionResponse> ReactionOperator::Discard(
    const admin::v1::DiscardReactionRequest& request) const {
  RETURN_IF_ERROR(reactions_->Discard(request.id()));
  return admin::v1::DiscardReactionResponse();
}

}  // namespace dci::registry
