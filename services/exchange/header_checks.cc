#include "services/exchange/header_checks.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/exchange/tolerance.h"
#include "services/schema/reason.h"
#include "services/wire/finding.h"

namespace dci::exchange {
namespace {

using dci::common::v1::MsgCallbackHeader;
using schema::Refusal;

bool IsFault(absl::string_view rule, const trust::Participant& sender) {
  wire::Finding finding;
  finding.rule = std::string(rule);
  return IsError(finding, sender);
}

bool IsSpoken(absl::string_view version) {
  return version.empty() || version == "1" || absl::StartsWith(version, "1.");
}

}  // namespace

absl::Status CheckHeader(const MsgCallbackHeader& header,
                         const schema::Method& method, size_t items,
                         const std::vector<std::string>& accepted,
                         const trust::Participant& sender) {
  if (!IsSpoken(header.version()) && IsFault(kVersionRule, sender)) {
    return Refusal(dci::common::v1::REASON_VERSION_INVALID,
                   "header.version must be 1.0.0");
  }
  if (header.has_action() &&
      std::find(method.actions.begin(), method.actions.end(),
                header.action()) == method.actions.end()) {
    return Refusal(
        dci::common::v1::REASON_ACTION_INVALID,
        absl::StrCat("header.action must be ",
                     method.actions.empty() ? "" : method.actions.front()));
  }
  const auto names_us = [&](const std::string& id) {
    return id == "*" || absl::EqualsIgnoreCase(id, header.receiver_id());
  };
  if (!header.receiver_id().empty() &&
      std::none_of(accepted.begin(), accepted.end(), names_us)) {
    return Refusal(dci::common::v1::REASON_RECEIVER_ID_INVALID,
                   "header.receiver_id is somebody else");
  }
  // In a callback it counts the items of the request; in a message that has
  // no batch, what the sender sees in it.
  if (header.has_total_count() && method.mode != schema::Mode::kCallback &&
      method.items != nullptr &&
      static_cast<size_t>(header.total_count()) != items &&
      IsFault(kTotalCountRule, sender)) {
    return Refusal(dci::common::v1::REASON_TOTAL_COUNT_INVALID,
                   absl::StrCat("header.total_count is not ", items));
  }
  return absl::OkStatus();
}

}  // namespace dci::exchange
