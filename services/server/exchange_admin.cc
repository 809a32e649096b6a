#include "services/server/exchange_admin.h"

#include <functional>
#include <memory>
#include <utility>

#include "services/exchange/operator.h"
#include "services/server/typed_plain.h"

namespace dci::server {
namespace {

namespace admin = ::dci::admin::v1;
using exchange::OutgoingOperator;
using exchange::ParticipantOperator;

// Serves method `name` of `service` by `handle`.
template <typename Request, typename Response>
void Serve(Worker* worker, const schema::Service& service, const char* name,
           std::function<absl::StatusOr<Response>(const Request&)> handle,
           Served* served) {
  served->admin[service.FindMethod(name)] =
      OnWorker<Request, Response>(worker, std::move(handle));
}

void AddParticipants(const ExchangeAdminParts& parts, Served* served) {
  const schema::Service* service =
      parts.model->FindService("dci.admin.v1.ParticipantAdmin");
  auto op = std::make_shared<ParticipantOperator>(parts.participants);
  Serve<admin::PutParticipantRequest, admin::PutParticipantResponse>(
      parts.worker, *service, "PutParticipant",
      [op](const auto& request) { return op->Put(request); }, served);
  Serve<admin::RemoveParticipantRequest, admin::RemoveParticipantResponse>(
      parts.worker, *service, "RemoveParticipant",
      [op](const auto& request) { return op->Remove(request); }, served);
  Serve<admin::ListParticipantsRequest, admin::ListParticipantsResponse>(
      parts.worker, *service, "ListParticipants",
      [op](const auto&) { return op->List(); }, served);
  served->admin_services.push_back(service);
}

void AddOutgoing(const ExchangeAdminParts& parts, Served* served) {
  const schema::Service* service =
      parts.model->FindService("dci.admin.v1.OutgoingAdmin");
  auto op = std::make_shared<OutgoingOperator>(
      parts.store, &parts.pipeline->outbox(),
      [pipeline = parts.pipeline] { pipeline->Wake(); });
  const Clock* clock = parts.clock;
  Serve<admin::ListParkedRequest, admin::ListParkedResponse>(
      parts.worker, *service, "ListParked",
      [op](const auto& request) { return op->List(request); }, served);
  Serve<admin::ReplayParkedRequest, admin::ReplayParkedResponse>(
      parts.worker, *service, "ReplayParked",
      [op, clock](const auto& request) {
        return op->Replay(request, clock->Now());
      },
      served);
  Serve<admin::DiscardParkedRequest, admin::DiscardParkedResponse>(
      parts.worker, *service, "DiscardParked",
      [op, clock](const auto& request) {
        return op->Discard(request, clock->Now());
      },
      served);
  Serve<admin::CountOutgoingRequest, admin::CountOutgoingResponse>(
      parts.worker, *service, "CountOutgoing",
      [op](const auto&) { return op->Count(); }, served);
  served->admin_services.push_back(service);
}

}  // namespace

void AddExchangeAdmin(const ExchangeAdminParts& parts, Served* served) {
  AddParticipants(parts, served);
  AddOutgoing(parts, served);
}

}  // namespace dci::server
