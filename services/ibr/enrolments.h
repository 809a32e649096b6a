// Updates of enrolments, read: what each says of one enrolment, and how it
// goes over what is known.
#ifndef CONVERGENCE_SERVICES_IBR_ENROLMENTS_H_
#define CONVERGENCE_SERVICES_IBR_ENROLMENTS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/ibr/v1/enrolment.pb.h"
#include "dci/ibr/v1/ibr.pb.h"

namespace dci::ibr {

// One record for each enrolment of an update, in its order: what examples nest
// within the member or the programme stands where the schema has it, and a
// beneficiary with several programmes is several.
std::vector<v1::Beneficiary> EnrolmentsOf(
    const v1::EnrollmentUpdatesRequest& request);

// When what the record says was so: its last_updated, else its last
// status_change_date, else `message_ts`, else `now`. Days without a time of day
// end with the day.
absl::Time TimeOf(const v1::Beneficiary& record, absl::string_view message_ts,
                  absl::Time now);
// Whether `known` was written after `time`. A day without a time of day begins
// with the day, so that of two on one day neither is late.
bool IsLater(const v1::Beneficiary& known, absl::Time time);

// Puts every member that `update` has over that of `known`: objects member by
// member, lists whole. Keeps the day of a change of status that the update
// gives none for.
void PutOver(const v1::Beneficiary& update, absl::Time time,
             v1::Beneficiary* known);

}  // namespace dci::ibr

#endif  // CONVERGENCE_SERVICES_IBR_ENROLMENTS_H_
