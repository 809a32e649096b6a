#include "services/ibr/enrolments.h"

#include <optional>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/base/clock.h"
#include "services/registry/normal_form.h"

namespace dci::ibr {
namespace {

// The enrolment that examples put into the member.
void Unnest(v1::Beneficiary* beneficiary) {
  if (!beneficiary->member().has_programme_identifier()) return;
  const v1::ProgrammeEnrolment nested =
      beneficiary->member().programme_identifier();
  beneficiary->mutable_member()->clear_programme_identifier();
  if (beneficiary->programme_identifier_size() == 0 && nested.has_programme())
    *beneficiary->add_programme_identifier() = nested.programme();
  if (!beneficiary->has_enrollment_date() && nested.has_enrollment_date())
    beneficiary->set_enrollment_date(nested.enrollment_date());
  if (!beneficiary->has_enrollment_status() && nested.has_enrollment_status())
    beneficiary->set_enrollment_status(nested.enrollment_status());
  if (beneficiary->status_change_date_size() == 0)
    *beneficiary->mutable_status_change_date() = nested.status_change_date();
  if (beneficiary->benefits_size() == 0)
    *beneficiary->mutable_benefits() = nested.benefits();
}

// What an example says of the enrolment within the programme.
void Lift(const v1::Programme& programme, v1::Beneficiary* one) {
  if (!one->has_enrollment_date() && programme.has_enrollment_date())
    one->set_enrollment_date(programme.enrollment_date());
  if (!one->has_enrollment_status() && programme.has_enrollment_status())
    one->set_enrollment_status(programme.enrollment_status());
}

std::optional<absl::Time> Read(const std::string& text, absl::Duration of_day) {
  const absl::StatusOr<absl::Time> exact = ParseTimestamp(text);
  if (exact.ok()) return *exact;
  const std::optional<std::string> day = registry::UtcDay(text);
  if (!day.has_value()) return std::nullopt;
  absl::Time begin;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d", *day, &begin, &error)) return std::nullopt;
  return begin + of_day;
}

constexpr absl::Duration kDay = absl::Hours(24);

void Overlay(const google::protobuf::Message& from,
             google::protobuf::Message* to) {
  const auto* reflection = from.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(from, &fields);
  for (const auto* field : fields) {
    const bool object =
        !field->is_repeated() &&
        field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
    if (object)
      Overlay(reflection->GetMessage(from, field),
              reflection->MutableMessage(to, field));
    else
      reflection->ClearField(to, field);
  }
  // Fills what was cleared, and finds the objects equal already.
  std::unique_ptr<google::protobuf::Message> rest(from.New());
  rest->CopyFrom(from);
  for (const auto* field : fields)
    if (!field->is_repeated() &&
        field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE)
      reflection->ClearField(rest.get(), field);
  to->MergeFrom(*rest);
}

}  // namespace

std::vector<v1::Beneficiary> EnrolmentsOf(
    const v1::EnrollmentUpdatesRequest& request) {
  std::vector<v1::Beneficiary> enrolments;
  for (v1::Beneficiary beneficiary :
       request.enrolled_updates().beneficiaries()) {
    Unnest(&beneficiary);
    if (beneficiary.programme_identifier_size() == 0)
      enrolments.push_back(beneficiary);  // refused where it is decided
    for (const v1::Programme& programme : beneficiary.programme_identifier()) {
      enrolments.push_back(beneficiary);
      enrolments.back().clear_programme_identifier();
      *enrolments.back().add_programme_identifier() = programme;
      Lift(programme, &enrolments.back());
    }
  }
  return enrolments;
}

absl::Time TimeOf(const v1::Beneficiary& record, absl::string_view message_ts,
                  absl::Time now) {
  if (const auto time = Read(record.last_updated(), kDay)) return *time;
  const int changes = record.status_change_date_size();
  if (changes > 0)
    if (const auto time = Read(record.status_change_date(changes - 1), kDay))
      return *time;
  return Read(std::string(message_ts), kDay).value_or(now);
}

bool IsLater(const v1::Beneficiary& known, absl::Time time) {
  const auto written = Read(known.last_updated(), absl::ZeroDuration());
  return written.has_value() && *written > time;
}

void PutOver(const v1::Beneficiary& update, absl::Time time,
             v1::Beneficiary* known) {
  const bool changes = update.has_enrollment_status() &&
                       known->has_enrollment_status() &&
                       update.enrollment_status() != known->enrollment_status();
  Overlay(update, known);
  if (changes && update.status_change_date_size() == 0)
    known->add_status_change_date(FormatTimestamp(time));
  if (!update.has_last_updated())
    known->set_last_updated(FormatTimestamp(time));
}

}  // namespace dci::ibr
