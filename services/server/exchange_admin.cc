#include "services/server/exchange_admin.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/admin/v1/parked.pb.h"
#include "dci/admin/v1/participants.pb.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/server/typed_plain.h"

namespace dci::server {
namespace {

namespace admin = ::dci::admin::v1;
using Parts = ExchangeAdminParts;

constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1000;

absl::StatusOr<admin::PutParticipantResponse> Put(
    const Parts& parts, const admin::PutParticipantRequest& request) {
  RETURN_IF_ERROR(parts.participants->Put(request.participant()));
  return admin::PutParticipantResponse();
}

absl::StatusOr<admin::RemoveParticipantResponse> Remove(
    const Parts& parts, const admin::RemoveParticipantRequest& request) {
  RETURN_IF_ERROR(parts.participants->Remove(request.sender_id()));
  admin::RemoveParticipantResponse response;
  const auto left = parts.participants->Find(request.sender_id());
  response.set_configured(left != nullptr && !left->stands_for_any());
  return response;
}

absl::StatusOr<admin::ListParticipantsResponse> ListAll(
    const Parts& parts, const admin::ListParticipantsRequest&) {
  admin::ListParticipantsResponse response;
  const std::vector<exchange::ListedParticipant> all =
      parts.participants->List();
  for (const exchange::ListedParticipant& listed : all) {
    admin::ParticipantEntry* entry = response.add_participants();
    *entry->mutable_participant() = listed.participant->config();
    entry->set_added(listed.stored);
  }
  return response;
}

absl::StatusOr<admin::ListParkedResponse> ListParked(
    const Parts& parts, const admin::ListParkedRequest& request) {
  const int size =
      request.page_size() == 0 ? kDefaultPage : request.page_size();
  if (size < 0 || size > kMaxPage)
    return absl::InvalidArgumentError(
        absl::StrCat("page_size must be between 1 and ", kMaxPage));
  std::string cursor = request.page_token();
  ASSIGN_OR_RETURN(
      const std::vector<exchange::ParkedLane> lanes,
      parts.pipeline->outbox().ListParked(
          *parts.store->GetSnapshot(), request.receiver_id(), size, &cursor));
  admin::ListParkedResponse response;
  for (const exchange::ParkedLane& lane : lanes) {
    admin::ParkedMessage* parked = response.add_parked();
    parked->set_lane(lane.lane);
    parked->set_receiver_id(lane.destination);
    parked->set_method(lane.method);
    parked->set_message_id(lane.message_id);
    parked->set_last_error(lane.last_error);
    parked->set_attempts(static_cast<int>(lane.attempts));
    parked->set_since(FormatTimestamp(lane.since));
    parked->set_waiting(static_cast<int>(lane.waiting));
  }
  response.set_next_page_token(cursor);
  return response;
}

// True where the lane was parked.
absl::StatusOr<bool> ReplayLane(const Parts& parts, const std::string& lane) {
  bool replayed = false;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *parts.store, {}, [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(replayed, parts.pipeline->outbox().Replay(
                                       view, lane, parts.clock->Now()));
        return absl::OkStatus();
      }));
  parts.pipeline->Wake();
  return replayed;
}

absl::StatusOr<admin::ReplayParkedResponse> ReplayAll(
    const Parts& parts, const std::string& receiver_id) {
  admin::ReplayParkedResponse response;
  // The lanes as of now: one that is parked again meanwhile stays so.
  const auto snapshot = parts.store->GetSnapshot();
  std::string cursor;
  do {
    ASSIGN_OR_RETURN(const std::vector<exchange::ParkedLane> lanes,
                     parts.pipeline->outbox().ListParked(*snapshot, receiver_id,
                                                         kMaxPage, &cursor));
    for (const exchange::ParkedLane& lane : lanes) {
      ASSIGN_OR_RETURN(const bool replayed, ReplayLane(parts, lane.lane));
      response.set_lanes(response.lanes() + (replayed ? 1 : 0));
    }
  } while (!cursor.empty());
  return response;
}

absl::StatusOr<admin::ReplayParkedResponse> Replay(
    const Parts& parts, const admin::ReplayParkedRequest& request) {
  if (request.has_receiver_id()) return ReplayAll(parts, request.receiver_id());
  if (request.lane().empty())
    return absl::InvalidArgumentError("lane or receiver_id is needed");
  ASSIGN_OR_RETURN(const bool replayed, ReplayLane(parts, request.lane()));
  if (!replayed) return absl::NotFoundError("no such lane is parked");
  admin::ReplayParkedResponse response;
  response.set_lanes(1);
  return response;
}

absl::StatusOr<admin::DiscardParkedResponse> Discard(
    const Parts& parts, const admin::DiscardParkedRequest& request) {
  bool discarded = false;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *parts.store, {}, [&](storage::CommitView& view) -> absl::Status {
        const exchange::Outbox& outbox = parts.pipeline->outbox();
        // What the operator saw, and nothing that took its place meanwhile.
        ASSIGN_OR_RETURN(const std::string head,
                         outbox.ParkedHead(view, request.lane()));
        if (head != request.message_id()) return absl::OkStatus();
        ASSIGN_OR_RETURN(discarded, outbox.Discard(view, request.lane(),
                                                   parts.clock->Now()));
        return absl::OkStatus();
      }));
  if (!discarded)
    return absl::NotFoundError("no such message is parked at its lane's head");
  parts.pipeline->Wake();
  return admin::DiscardParkedResponse();
}

absl::StatusOr<admin::CountOutgoingResponse> Count(
    const Parts& parts, const admin::CountOutgoingRequest&) {
  ASSIGN_OR_RETURN(
      const std::vector<exchange::OutboxCounts> counts,
      parts.pipeline->outbox().Counts(*parts.store->GetSnapshot()));
  admin::CountOutgoingResponse response;
  for (const exchange::OutboxCounts& count : counts) {
    admin::OutgoingCount* out = response.add_counts();
    out->set_receiver_id(count.destination);
    out->set_queued(static_cast<int64_t>(count.queued));
    out->set_parked_lanes(static_cast<int64_t>(count.parked_lanes));
  }
  return response;
}

// Serves method `name` of `service` by `handle`.
template <typename Request, typename Response>
void Serve(const Parts& parts, const schema::Service& service, const char* name,
           absl::StatusOr<Response> (*handle)(const Parts&, const Request&),
           Served* served) {
  served->admin[service.FindMethod(name)] = OnWorker<Request, Response>(
      parts.worker, [parts, handle](const Request& request) {
        return handle(parts, request);
      });
}

}  // namespace

void AddExchangeAdmin(const ExchangeAdminParts& parts, Served* served) {
  const schema::Service* participants =
      parts.model->FindService("dci.admin.v1.ParticipantAdmin");
  Serve(parts, *participants, "PutParticipant", &Put, served);
  Serve(parts, *participants, "RemoveParticipant", &Remove, served);
  Serve(parts, *participants, "ListParticipants", &ListAll, served);
  const schema::Service* outgoing =
      parts.model->FindService("dci.admin.v1.OutgoingAdmin");
  Serve(parts, *outgoing, "ListParked", &ListParked, served);
  Serve(parts, *outgoing, "ReplayParked", &Replay, served);
  Serve(parts, *outgoing, "DiscardParked", &Discard, served);
  Serve(parts, *outgoing, "CountOutgoing", &Count, served);
  served->admin_services.push_back(participants);
  served->admin_services.push_back(outgoing);
}

}  // namespace dci::server
