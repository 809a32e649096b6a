// Refusals: absl::Status with a reason code of the standards, and what
// follows from each code. The table is the options of dci.common.v1.Reason.
#ifndef CONVERGENCE_SERVICES_SCHEMA_REASON_H_
#define CONVERGENCE_SERVICES_SCHEMA_REASON_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "dci/common/v1/reason.pb.h"

namespace dci::schema {

using Reason = dci::common::v1::Reason;

// Where a code may stand.
enum class Place {
  kAck,     // error.code of an acknowledgement
  kHeader,  // status_reason_code of a callback's header
  kItem,    // status_reason_code of one item
};

struct ReasonInfo {
  Reason reason;
  std::string text;  // "rjct.reference_id.invalid"
  absl::StatusCode grpc_code;
  int http_status;
  bool retry;  // the same message may succeed later, unchanged
  bool in_ack;
  bool in_header;
  bool in_item;
  // The reason given where this one may not stand; REASON_UNSPECIFIED: none.
  Reason substitute;

  bool AllowedIn(Place place) const;
};

// Of any reason. REASON_UNSPECIFIED and numbers that the enum does not have
// are answered with the entry of REASON_SERVICE_UNAVAILABLE.
const ReasonInfo& Info(Reason reason);

// The reason whose text this is; nothing for codes that are not in the table.
std::optional<Reason> ReasonFromText(absl::string_view text);

// The text to write at `place`: the reason's own where it may stand there or
// has no substitute, otherwise the substitute's.
std::string ReasonText(Reason reason, Place place);

// A status that carries `reason`, with the gRPC code that belongs to it. The
// text is for the other side: no personal data, no more than a stranger may
// know.
absl::Status Refusal(Reason reason, absl::string_view text);

// The reason that a status carries. Without one, it follows from the code:
// INVALID_ARGUMENT err.request.bad, UNAUTHENTICATED …unauthorized,
// PERMISSION_DENIED …forbidden, NOT_FOUND …not_found, DEADLINE_EXCEEDED
// …timeout, RESOURCE_EXHAUSTED …too_many_requests, any other
// err.service.unavailable. REASON_UNSPECIFIED for OK.
Reason ReasonOf(const absl::Status& status);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_REASON_H_
