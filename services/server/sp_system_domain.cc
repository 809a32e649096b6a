#include "services/server/sp_system_domain.h"

#include "services/base/ids.h"
#include "services/base/status_macros.h"
#include "services/exchange/layout.h"
#include "services/server/inbox_domain.h"
#include "services/server/reaction_serving.h"
#include "services/server/typed_plain.h"

namespace dci::server {
namespace {

namespace admin = ::dci::admin::v1;

const schema::Service& AdminService(const DomainParts& parts) {
  return *parts.codec->model().FindService("dci.admin.v1.SpSystemAdmin");
}

}  // namespace

SpSystemDomain::SpSystemDomain(dci::config::v1::SpSystem config,
                               const std::vector<std::string>& inbox)
    : config_(std::move(config)) {
  for (const std::string& service : inbox) config_.add_callbacks(service);
}

absl::Status SpSystemDomain::Start(const DomainParts& parts, Served* served) {
  ASSIGN_OR_RETURN(system_,
                   spsystem::SpSystem::Create(parts.store, parts.codec,
                                              parts.participants, config_));
  RETURN_IF_ERROR(system_->Register(parts.handlers));
  ASSIGN_OR_RETURN(const exchange::Spaces spaces,
                   exchange::Spaces::Find(*parts.store));
  outbox_.emplace(spaces.outbox, IdSource::Random());
  operator_.emplace(system_.get(), &*outbox_);
  bool bare = true;
  for (const schema::Service* service : system_->callback_services()) {
    // Bare paths can mean one registry's callbacks only: the first's.
    served->services.push_back({service, bare, true});
    bare = false;
  }
  served->admin_pages["GET /inbox"] = InboxPage(&system_->inbox());
  served->passes.push_back(
      {"standing subscriptions",
       [this](absl::Time now) -> absl::StatusOr<bool> {
         RETURN_IF_ERROR(system_->subscriber().ExecutePass(now).status());
         return false;
       }});
  ServeReactionAdmin(parts, &system_->subscriber(), nullptr, served);
  ServeProgrammes(parts, served);
  ServeEnrolments(parts, served);
  served->admin_services.push_back(&AdminService(parts));
  return absl::OkStatus();
}

void SpSystemDomain::ServeProgrammes(const DomainParts& parts, Served* served) {
  const schema::Service& service = AdminService(parts);
  const Clock* clock = parts.clock;
  served->admin[service.FindMethod("PutProgramme")] =
      OnWorker<admin::PutProgrammeRequest, admin::PutProgrammeResponse>(
          parts.worker,
          [this](const auto& request) { return operator_->Put(request); });
  served->admin[service.FindMethod("ListProgrammes")] =
      OnWorker<admin::ListProgrammesRequest, admin::ListProgrammesResponse>(
          parts.worker,
          [this](const auto&) { return operator_->ListProgrammes(); });
  served->admin[service.FindMethod("StartIntake")] =
      OnWorker<admin::StartIntakeRequest, admin::StartIntakeResponse>(
          parts.worker, [this, clock](const auto& request) {
            return operator_->Start(request, clock->Now());
          });
  served->admin[service.FindMethod("GetIntake")] =
      OnWorker<admin::GetIntakeRequest, admin::GetIntakeResponse>(
          parts.worker, [this](const auto& request) {
            return operator_->GetIntake(request);
          });
}

void SpSystemDomain::ServeEnrolments(const DomainParts& parts, Served* served) {
  const schema::Service& service = AdminService(parts);
  const Clock* clock = parts.clock;
  served->admin[service.FindMethod("ListEnrolments")] =
      OnWorker<admin::ListEnrolmentsRequest, admin::ListEnrolmentsResponse>(
          parts.worker, [this](const auto& request) {
            return operator_->ListEnrolments(request);
          });
  served->admin[service.FindMethod("GetEnrolment")] =
      OnWorker<admin::GetEnrolmentRequest, admin::GetEnrolmentResponse>(
          parts.worker, [this](const auto& request) {
            return operator_->GetEnrolment(request);
          });
  served->admin[service.FindMethod("ChangeEnrolment")] =
      OnWorker<admin::ChangeEnrolmentRequest, admin::ChangeEnrolmentResponse>(
          parts.worker, [this, clock](const auto& request) {
            return operator_->Change(request, clock->Now());
          });
  served->admin[service.FindMethod("MakeBenefitList")] =
      OnWorker<admin::MakeBenefitListRequest, admin::MakeBenefitListResponse>(
          parts.worker, [this](const auto& request) {
            return system_->benefits().Make(request);
          });
  served->admin[service.FindMethod("ListBenefits")] =
      OnWorker<admin::ListBenefitsRequest, admin::ListBenefitsResponse>(
          parts.worker, [this](const auto& request) {
            return system_->benefits().List(request);
          });
}

}  // namespace dci::server
