#include "services/spsystem/sp_operator.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/spsystem/keys.h"

namespace dci::spsystem {
namespace {

namespace admin = ::dci::admin::v1;
using config::v1::Programme;

constexpr int kMaxPage = 1000;

admin::Intake Describe(const IntakeRow& row) {
  admin::Intake intake;
  intake.set_id(row.id());
  intake.set_programme(row.programme());
  intake.set_state(row.state() == IntakeRow::STATE_DONE      ? "done"
                   : row.state() == IntakeRow::STATE_REFUSED ? "refused"
                                                             : "asked");
  intake.set_started_at(
      FormatTimestamp(absl::FromUnixMicros(row.started_us())));
  intake.set_transaction_id(row.transaction_id());
  intake.set_found(row.found());
  intake.set_added(row.added());
  intake.set_problem(row.problem());
  return intake;
}

admin::Enrolment Describe(const EnrolmentRow& row, bool with_history) {
  admin::Enrolment enrolment;
  enrolment.set_programme(row.key().programme());
  for (const PersonId& id : row.identifiers()) {
    admin::BeneficiaryIdentifier* identifier = enrolment.add_identifiers();
    identifier->set_type(id.type());
    identifier->set_value(id.value());
  }
  enrolment.set_state(StateOf(row));
  enrolment.set_status(StatusOf(row));
  if (row.enrolled_us() != 0)
    enrolment.set_enrolled_at(
        FormatTimestamp(absl::FromUnixMicros(row.enrolled_us())));
  enrolment.set_reported(row.told() > 0 && row.told() == row.acknowledged());
  if (!with_history) return enrolment;
  for (const StepRow& step : row.history()) {
    admin::EnrolmentStep* described = enrolment.add_history();
    described->set_time(FormatTimestamp(absl::FromUnixMicros(step.time_us())));
    described->set_state(step.state());
    described->set_reason(step.reason());
  }
  return enrolment;
}

PersonId IdOf(const admin::BeneficiaryIdentifier& identifier) {
  PersonId id;
  id.set_type(identifier.type());
  id.set_value(identifier.value());
  return id;
}

absl::Status NoEnrolment() {
  return absl::NotFoundError("nobody of that identifier is in the programme");
}

}  // namespace

absl::Status SpOperator::Commit(
    absl::Time now, const std::string& reason,
    std::function<absl::Status(const Step&)> apply) const {
  return storage::CommitAndWait(
      system_->store(), {}, [&](storage::CommitView& view) -> absl::Status {
        std::vector<exchange::Outgoing> messages;
        RETURN_IF_ERROR(apply(Step{&view, now, reason, &messages}));
        for (const exchange::Outgoing& message : messages)
          RETURN_IF_ERROR(outbox_->Enqueue(view, message, now));
        return absl::OkStatus();
      });
}

absl::StatusOr<admin::PutProgrammeResponse> SpOperator::Put(
    const admin::PutProgrammeRequest& request) const {
  const Programme& programme = request.programme();
  RETURN_IF_ERROR(system_->asking().Check(programme));
  const schema::Service* callbacks =
      system_->asking()
          .model()
          .FindService(programme.eligibility().registry().service())
          ->callback_service;
  const auto& served = system_->callback_services();
  if (std::find(served.begin(), served.end(), callbacks) == served.end())
    return absl::InvalidArgumentError(
        "answers of the eligibility's registry are not taken here: name its "
        "callback service in sp_system.callbacks");
  RETURN_IF_ERROR(storage::CommitAndWait(
      system_->store(), {}, [&](storage::CommitView& view) {
        return system_->book().PutProgramme(programme, view);
      }));
  return admin::PutProgrammeResponse();
}

absl::StatusOr<admin::ListProgrammesResponse> SpOperator::ListProgrammes()
    const {
  ASSIGN_OR_RETURN(const std::vector<Programme> programmes,
                   system_->book().Programmes(*system_->store().GetSnapshot()));
  admin::ListProgrammesResponse response;
  *response.mutable_programmes() = {programmes.begin(), programmes.end()};
  return response;
}

absl::StatusOr<admin::StartIntakeResponse> SpOperator::Start(
    const admin::StartIntakeRequest& request, absl::Time now) const {
  if (request.intake().empty())
    return absl::InvalidArgumentError("intake is empty");
  admin::StartIntakeResponse response;
  RETURN_IF_ERROR(Commit(now, "", [&](const Step& step) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::optional<Programme> programme,
        system_->book().FindProgramme(*step.view, request.programme()));
    if (!programme.has_value())
      return absl::NotFoundError(
          absl::StrCat("no programme ", request.programme()));
    if (programme->closed())
      return absl::FailedPreconditionError("the programme is closed");
    ASSIGN_OR_RETURN(
        const IntakeRow row,
        system_->StartIntake(*programme, request.intake(), {}, step));
    *response.mutable_intake() = Describe(row);
    return absl::OkStatus();
  }));
  return response;
}

absl::StatusOr<admin::GetIntakeResponse> SpOperator::GetIntake(
    const admin::GetIntakeRequest& request) const {
  ASSIGN_OR_RETURN(const std::optional<IntakeRow> row,
                   exchange::FindRow<IntakeRow>(*system_->store().GetSnapshot(),
                                                system_->book().space(),
                                                IntakeKey(request.intake())));
  if (!row.has_value()) return absl::NotFoundError("no such intake");
  admin::GetIntakeResponse response;
  *response.mutable_intake() = Describe(*row);
  return response;
}

absl::StatusOr<admin::ListEnrolmentsResponse> SpOperator::ListEnrolments(
    const admin::ListEnrolmentsRequest& request) const {
  const int limit = request.page_size() <= 0
                        ? kMaxPage
                        : std::min<int>(request.page_size(), kMaxPage);
  const auto snapshot = system_->store().GetSnapshot();
  const auto cursor = snapshot->Scan(storage::ScanOptions::Prefix(
      system_->book().space(), TaggedKey('e', {request.programme()})));
  if (!request.page_token().empty()) {
    cursor->Seek(request.page_token());
    if (cursor->Valid() && cursor->key() == request.page_token())
      cursor->Next();
  }
  admin::ListEnrolmentsResponse response;
  std::string last;
  for (; cursor->Valid() && response.enrolments_size() < limit;
       cursor->Next()) {
    ASSIGN_OR_RETURN(const EnrolmentRow row,
                     exchange::ParseRow<EnrolmentRow>(cursor->value()));
    last = std::string(cursor->key());
    if (request.state().empty() || StateOf(row) == request.state())
      *response.add_enrolments() = Describe(row, /*with_history=*/false);
  }
  RETURN_IF_ERROR(cursor->status());
  if (cursor->Valid()) response.set_next_page_token(last);
  return response;
}

absl::StatusOr<admin::GetEnrolmentResponse> SpOperator::GetEnrolment(
    const admin::GetEnrolmentRequest& request) const {
  ASSIGN_OR_RETURN(
      const std::optional<EnrolmentRow> row,
      system_->book().Find(*system_->store().GetSnapshot(), request.programme(),
                           IdOf(request.identifier())));
  if (!row.has_value()) return NoEnrolment();
  admin::GetEnrolmentResponse response;
  *response.mutable_enrolment() = Describe(*row, /*with_history=*/true);
  return response;
}

absl::StatusOr<admin::ChangeEnrolmentResponse> SpOperator::Change(
    const admin::ChangeEnrolmentRequest& request, absl::Time now) const {
  admin::ChangeEnrolmentResponse response;
  RETURN_IF_ERROR(
      Commit(now, request.reason(), [&](const Step& step) -> absl::Status {
        ASSIGN_OR_RETURN(std::optional<EnrolmentRow> row,
                         system_->book().Find(*step.view, request.programme(),
                                              IdOf(request.identifier())));
        if (!row.has_value()) return NoEnrolment();
        ASSIGN_OR_RETURN(
            const EnrolmentRow changed,
            system_->book().Change(*std::move(row), request.change(), step));
        *response.mutable_enrolment() =
            Describe(changed, /*with_history=*/true);
        return absl::OkStatus();
      }));
  return response;
}

}  // namespace dci::spsystem
