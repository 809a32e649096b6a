#include "services/exchange/operator.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"

namespace dci::exchange {
namespace {

namespace admin = dci::admin::v1;

constexpr int kMaxPage = 1000;

}  // namespace

absl::StatusOr<admin::ListParkedResponse> OutgoingOperator::List(
    const admin::ListParkedRequest& request) const {
  const int size = request.page_size() > 0
                       ? std::min(request.page_size(), kMaxPage)
                       : kMaxPage;
  std::string cursor = request.page_token();
  ASSIGN_OR_RETURN(
      const std::vector<ParkedLane> lanes,
      outbox_->ListParked(*store_->GetSnapshot(), request.receiver_id(),
                          static_cast<size_t>(size), &cursor));
  admin::ListParkedResponse response;
  for (const ParkedLane& lane : lanes) {
    admin::ParkedMessage* parked = response.add_parked();
    parked->set_lane(lane.lane);
    parked->set_receiver_id(lane.destination);
    parked->set_method(lane.method);
    parked->set_message_id(lane.message_id);
    parked->set_last_error(lane.last_error);
    parked->set_attempts(static_cast<int32_t>(lane.attempts));
    parked->set_since(FormatTimestamp(lane.since));
    parked->set_waiting(static_cast<int32_t>(lane.waiting));
  }
  response.set_next_page_token(cursor);
  return response;
}

absl::StatusOr<int> OutgoingOperator::ReplayLane(const std::string& lane,
                                                 absl::Time now) {
  bool replayed = false;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store_, {}, [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(replayed, outbox_->Replay(view, lane, now));
        return absl::OkStatus();
      }));
  if (!replayed) {
    return absl::NotFoundError(absl::StrCat("lane ", lane, " is not parked"));
  }
  return 1;
}

absl::StatusOr<int> OutgoingOperator::ReplayReceiver(
    const std::string& receiver, absl::Time now) {
  // The lanes as of now: one that is parked again meanwhile stays so.
  const auto snapshot = store_->GetSnapshot();
  std::string cursor;
  int count = 0;
  do {
    ASSIGN_OR_RETURN(
        const std::vector<ParkedLane> lanes,
        outbox_->ListParked(*snapshot, receiver, kMaxPage, &cursor));
    RETURN_IF_ERROR(storage::CommitAndWait(
        *store_, {}, [&](storage::CommitView& view) -> absl::Status {
          for (const ParkedLane& lane : lanes) {
            // A microsecond apart they keep their order among those due.
            const absl::Time due = now + absl::Microseconds(count);
            ASSIGN_OR_RETURN(const bool done,
                             outbox_->Replay(view, lane.lane, due));
            count += done;
          }
          return absl::OkStatus();
        }));
  } while (!cursor.empty());
  return count;
}

absl::StatusOr<admin::ReplayParkedResponse> OutgoingOperator::Replay(
    const admin::ReplayParkedRequest& request, absl::Time now) {
  int lanes = 0;
  switch (request.what_case()) {
    case admin::ReplayParkedRequest::kLane: {
      ASSIGN_OR_RETURN(lanes, ReplayLane(request.lane(), now));
      break;
    }
    case admin::ReplayParkedRequest::kReceiverId: {
      if (request.receiver_id().empty()) {
        return absl::InvalidArgumentError("receiver_id is empty");
      }
      ASSIGN_OR_RETURN(lanes, ReplayReceiver(request.receiver_id(), now));
      break;
    }
    default:
      return absl::InvalidArgumentError("neither lane nor receiver_id");
  }
  wake_();
  admin::ReplayParkedResponse response;
  response.set_lanes(lanes);
  return response;
}

absl::StatusOr<admin::DiscardParkedResponse> OutgoingOperator::Discard(
    const admin::DiscardParkedRequest& request, absl::Time now) {
  const std::string& lane = request.lane();
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store_, {}, [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string head,
                         outbox_->ParkedHead(view, lane));
        if (head != request.message_id()) {
          return absl::FailedPreconditionError(
              absl::StrCat("the first message of the lane is ", head));
        }
        return outbox_->Discard(view, lane, now).status();
      }));
  wake_();
  return admin::DiscardParkedResponse();
}

absl::StatusOr<admin::CountOutgoingResponse> OutgoingOperator::Count() const {
  ASSIGN_OR_RETURN(const std::vector<OutboxCounts> counts,
                   outbox_->Counts(*store_->GetSnapshot()));
  admin::CountOutgoingResponse response;
  for (const OutboxCounts& count : counts) {
    admin::OutgoingCount* entry = response.add_counts();
    entry->set_receiver_id(count.destination);
    entry->set_queued(static_cast<int64_t>(count.queued));
    entry->set_parked_lanes(static_cast<int64_t>(count.parked_lanes));
  }
  return response;
}

absl::StatusOr<admin::PutParticipantResponse> ParticipantOperator::Put(
    const admin::PutParticipantRequest& request) {
  RETURN_IF_ERROR(participants_->Put(request.participant()));
  return admin::PutParticipantResponse();
}

absl::StatusOr<admin::RemoveParticipantResponse> ParticipantOperator::Remove(
    const admin::RemoveParticipantRequest& request) {
  RETURN_IF_ERROR(participants_->Remove(request.sender_id()));
  admin::RemoveParticipantResponse response;
  const auto left = participants_->Find(request.sender_id());
  response.set_configured(left != nullptr &&
                          left->sender_id() == request.sender_id());
  return response;
}

absl::StatusOr<admin::ListParticipantsResponse> ParticipantOperator::List()
    const {
  admin::ListParticipantsResponse response;
  const std::vector<ListedParticipant> all = participants_->List();
  for (const ListedParticipant& listed : all) {
    admin::ParticipantEntry* entry = response.add_participants();
    *entry->mutable_participant() = listed.participant->config();
    entry->set_added(listed.stored);
  }
  return response;
}

}  // namespace dci::exchange
