// What a request asks whether it is enrolled.
#ifndef CONVERGENCE_SERVICES_IBR_ENROLLED_QUESTION_H_
#define CONVERGENCE_SERVICES_IBR_ENROLLED_QUESTION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dci/ibr/v1/enrolment.pb.h"
#include "services/registry/question.h"

namespace dci::ibr {

struct EnrolledQuestion {
  std::string person;     // value of the identifier
  std::string programme;  // empty: any
  // For registry::Ask.
  std::vector<std::vector<registry::Asked>> all;
};

// A refusal with rjct.search_criteria.invalid for what ParseQuestion refuses,
// and where no person or group is named.
absl::StatusOr<EnrolledQuestion> ReadQuestion(
    const v1::EnrolledCriteria& asked);

}  // namespace dci::ibr

#endif  // CONVERGENCE_SERVICES_IBR_ENROLLED_QUESTION_H_
