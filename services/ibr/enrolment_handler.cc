#include "services/ibr/enrolment_handler.h"

#include <optional>
#include <set>
#include <utility>

#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/ibr/enrolled_question.h"
#include "services/ibr/enrolments.h"
#include "services/schema/reason.h"

namespace dci::ibr {
namespace {

constexpr char kType[] = "Beneficiary";

// What a yes or no tells of a record.
v1::Beneficiary Told(const v1::Beneficiary& record) {
  v1::Beneficiary told;
  *told.mutable_member()->mutable_member_identifier() =
      record.member().member_identifier();
  *told.mutable_programme_identifier() = record.programme_identifier();
  for (v1::Programme& programme : *told.mutable_programme_identifier()) {
    const std::string id = programme.programme_identifier();
    programme.Clear();
    programme.set_programme_identifier(id);
  }
  told.set_enrollment_status(record.enrollment_status());
  return told;
}

std::string NameOf(const v1::Beneficiary& update) {
  if (update.member().member_identifier_size() > 0)
    return update.member().member_identifier(0).identifier_value();
  if (update.group().group_identifier_size() > 0)
    return update.group().group_identifier(0).identifier_value();
  return "";
}

exchange::ItemOutcome Refused(const absl::Status& refusal) {
  exchange::ItemOutcome outcome;
  outcome.status = common::v1::REQUEST_STATUS_RJCT;
  outcome.reason_code =
      schema::ReasonText(schema::ReasonOf(refusal), schema::Place::kItem);
  outcome.reason_message = std::string(refusal.message());
  return outcome;
}

// Ours and not the sender's: nothing of the message may be written.
bool IsFault(const absl::Status& status) {
  return schema::ReasonOf(status) == common::v1::REASON_SERVICE_UNAVAILABLE;
}

}  // namespace

absl::Status EnrolmentHandler::ValidateSyncEnrolled(
    const exchange::ItemContext& context,
    const v1::EnrolledRequest& request) const {
  return ReadQuestion(request.enrolled_criteria()).status();
}

absl::StatusOr<exchange::TypedOutcome<v1::EnrolledResponseItem>>
EnrolmentHandler::SyncEnrolled(const exchange::ItemContext& context,
                               const v1::EnrolledRequest& request,
                               const storage::Snapshot& snapshot,
                               absl::string_view continuation) const {
  ASSIGN_OR_RETURN(const EnrolledQuestion question,
                   ReadQuestion(request.enrolled_criteria()));
  ASSIGN_OR_RETURN(const registry::Answered found,
                   registry::Ask(places_.registry(), context, kType,
                                 question.all, snapshot));
  bool enrolled = false;
  std::vector<std::string> told;
  std::vector<registry::DisclosedRecord> disclosed;
  told.reserve(found.records.size());
  for (const registry::PageRecord& record : found.records) {
    v1::Beneficiary beneficiary;
    if (!beneficiary.ParseFromString(record.bytes))
      return absl::InternalError("unreadable beneficiary");
    enrolled = enrolled || IsIn(beneficiary);
    told.push_back(Told(beneficiary).SerializeAsString());
    disclosed.push_back({record.primary_key, told.back()});
  }
  exchange::TypedOutcome<v1::EnrolledResponseItem> result;
  result.answer.set_enrolled_status(enrolled ? v1::ENROLLED_STATUS_YES
                                             : v1::ENROLLED_STATUS_NO);
  ASSIGN_OR_RETURN(const std::optional<absl::Time> until,
                   places_.ReservedUntil(question.person, question.programme,
                                         context.now, snapshot));
  if (until.has_value())
    result.answer.set_reserved_until(FormatTimestamp(*until));
  result.outcome.reference_id = question.person;
  ASSIGN_OR_RETURN(result.outcome.record,
                   registry::WriteDown(places_.registry(), context, found,
                                       disclosed, snapshot));
  return result;
}

absl::Status EnrolmentHandler::ValidateSyncEnrollmentUpdates(
    const exchange::ItemContext& context,
    const v1::EnrollmentUpdatesRequest& request) const {
  if (request.enrolled_updates().beneficiaries_size() > 0)
    return absl::OkStatus();
  return schema::Refusal(common::v1::REASON_REQUEST_BAD,
                         "the message has no beneficiaries");
}

void EnrolmentHandler::SyncEnrollmentUpdatesKeys(
    const exchange::ItemContext& context,
    const v1::EnrollmentUpdatesRequest& request,
    std::vector<storage::Key>* keys) const {
  for (const v1::Beneficiary& update : EnrolmentsOf(request)) {
    for (const Place& place : PlacesOf(update)) places_.AddKeys(place, keys);
    const auto change =
        places_.registry().Upsert(kType, update.SerializeAsString());
    // One without a key is refused by Apply.
    if (change.ok())
      for (storage::Key& key : change->Keys(places_.registry().spaces()))
        keys->push_back(std::move(key));
  }
}

absl::StatusOr<exchange::TypedOutcome<v1::EnrollmentUpdatesResponseItem>>
EnrolmentHandler::SyncEnrollmentUpdatesApply(
    const exchange::ItemContext& context,
    const v1::EnrollmentUpdatesRequest& request,
    storage::CommitView& view) const {
  std::vector<exchange::ItemOutcome> outcomes;
  for (const v1::Beneficiary& update : EnrolmentsOf(request)) {
    absl::StatusOr<exchange::ItemOutcome> outcome =
        Update(context, update, view);
    if (!outcome.ok() && IsFault(outcome.status())) return outcome.status();
    outcomes.push_back(outcome.ok() ? *std::move(outcome)
                                    : Refused(outcome.status()));
    outcomes.back().reference_id = NameOf(update);
  }
  exchange::TypedOutcome<v1::EnrollmentUpdatesResponseItem> result;
  result.outcome = std::move(outcomes.front());
  outcomes.erase(outcomes.begin());
  result.outcome.more = std::move(outcomes);
  return result;
}

absl::StatusOr<exchange::ItemOutcome> EnrolmentHandler::Update(
    const exchange::ItemContext& context, const v1::Beneficiary& update,
    storage::CommitView& view) const {
  const std::vector<Place> places = PlacesOf(update);
  if (NameOf(update).empty())
    return schema::Refusal(common::v1::REASON_PERSON_ID_INVALID,
                           "the beneficiary has no identifier");
  if (places.empty() || places.front().programme.empty())
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "the beneficiary names no programme");
  ASSIGN_OR_RETURN(const std::string key, RecordOf(places, view));
  std::optional<v1::Beneficiary> known;
  if (!key.empty()) {
    ASSIGN_OR_RETURN(known, places_.Find(key, view));
  }
  const absl::Time time =
      TimeOf(update, context.request->header.message_ts(), context.now);
  exchange::ItemOutcome outcome;
  if (known.has_value() && IsLater(*known, time)) {
    outcome.reason_message = "older than what is known, and passed over";
    return outcome;
  }
  v1::Beneficiary record = known.value_or(v1::Beneficiary());
  PutOver(update, time, &record);
  // Before anything is written: it may not be keepable.
  ASSIGN_OR_RETURN(
      const registry::RecordChange change,
      places_.registry().Upsert(kType, record.SerializeAsString()));
  // Who is in stays in: a reservation is of somebody who is not.
  const bool enters = IsIn(record) && !(known.has_value() && IsIn(*known));
  if (enters) RETURN_IF_ERROR(UseReservations(context, places, view));
  RETURN_IF_ERROR(Write(key, change, context.now, view));
  return outcome;
}

absl::StatusOr<std::string> EnrolmentHandler::RecordOf(
    const std::vector<Place>& update, const storage::View& view) const {
  std::string key;
  for (const Place& place : update) {
    ASSIGN_OR_RETURN(const std::optional<std::string> holder,
                     places_.HolderKey(place, view));
    if (!holder.has_value()) continue;
    if (!key.empty() && key != *holder)
      return schema::Refusal(common::v1::REASON_ENROLLMENT_EXISTS,
                             "its identifiers are of two enrolments");
    key = *holder;
  }
  return key;
}

absl::Status EnrolmentHandler::UseReservations(
    const exchange::ItemContext& context, const std::vector<Place>& places,
    storage::CommitView& view) const {
  std::vector<Reservation> own;
  for (const Place& place : places) {
    ASSIGN_OR_RETURN(const std::optional<Reservation> held,
                     places_.ReservationOf(place, context.now, view));
    if (!held.has_value()) continue;
    if (held->holder() != context.request->sender_id)
      return schema::Refusal(common::v1::REASON_ENROLLMENT_RESERVED,
                             "another system has reserved the place");
    own.push_back(*held);
  }
  for (const Reservation& reservation : own) places_.Remove(reservation, view);
  return absl::OkStatus();
}

absl::Status EnrolmentHandler::Write(absl::string_view known_key,
                                     const registry::RecordChange& change,
                                     absl::Time now,
                                     storage::CommitView& view) const {
  const registry::Registry& registry = places_.registry();
  if (!known_key.empty() && change.primary_key != known_key) {
    // A group or another first identifier has come to it.
    registry::RecordChange old =
        registry::PrepareDelete(*change.type, std::string(known_key));
    old.keep = change.keep;
    RETURN_IF_ERROR(registry.Apply(old, now, view).status());
  }
  return registry.Apply(change, now, view).status();
}

}  // namespace dci::ibr
