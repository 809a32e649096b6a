// What a header must say for its operation.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_HEADER_CHECKS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_HEADER_CHECKS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dci/common/v1/envelope.pb.h"
#include "services/schema/service.h"
#include "services/trust/participants.h"

namespace dci::exchange {

// Rule names that a participant's `allowed` and `errors` may carry, beside
// those of the reader.
inline constexpr absl::string_view kTotalCountRule = "total_count";
inline constexpr absl::string_view kVersionRule = "version";

// Refuses a header whose version is none of 1.x, whose action is not the
// operation's, whose receiver is none of `accepted` ("*": any; letter case
// does not count; an absent one passes), or whose total_count is not the
// number of items where that is this sender's fault. Absent members pass: a
// sender that must give them has a finding.
absl::Status CheckHeader(const dci::common::v1::MsgCallbackHeader& header,
                         const schema::Method& method, size_t items,
                         const std::vector<std::string>& accepted,
                         const trust::Participant& sender);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_HEADER_CHECKS_H_
