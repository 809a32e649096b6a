#include "services/exchange/answer_body.h"

#include <utility>

#include "services/base/clock.h"
#include "services/schema/reason.h"
#include "services/wire/wire_fields.h"

namespace dci::exchange {
namespace {

using dci::common::v1::MsgCallbackHeader;

// The standard's bound on messages for people.
constexpr size_t kMaxReasonMessage = 999;
// Bytes of an item beside its result, mostly.
constexpr size_t kItemMembers = 128;

std::string Cut(absl::string_view text) {
  size_t size = std::min(text.size(), kMaxReasonMessage);
  // Not within a character of UTF-8.
  while (size < text.size() && size > 0 &&
         (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) {
    --size;
  }
  return std::string(text.substr(0, size));
}

void AppendItem(const MethodPlan& plan, const stored::Outcome& outcome,
                std::string* out) {
  const MethodPlan::Numbers& n = plan.answer;
  wire::AppendBytesField(out, n.reference_id, outcome.reference_id());
  wire::AppendBytesField(out, n.timestamp, outcome.timestamp());
  wire::AppendVarintField(out, n.status,
                          static_cast<uint64_t>(outcome.status()));
  if (!outcome.reason_code().empty()) {
    wire::AppendBytesField(out, n.reason_code, outcome.reason_code());
  }
  if (!outcome.reason_message().empty()) {
    wire::AppendBytesField(out, n.reason_message, outcome.reason_message());
  }
  out->append(outcome.result());
}

// The item as an element of the answer's list.
void AppendElement(const MethodPlan& plan, const stored::Outcome& outcome,
                   std::string* body) {
  std::string item;
  item.reserve(outcome.result().size() + kItemMembers);
  AppendItem(plan, outcome, &item);
  wire::AppendBytesField(body, plan.answer.list, item);
}

}  // namespace

bool IsFault(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kDeadlineExceeded:
      return true;
    default:
      return false;
  }
}

stored::Outcome OutcomeOf(ItemOutcome outcome, absl::string_view reference_id,
                          absl::Time now) {
  stored::Outcome stored;
  stored.set_status(outcome.status);
  stored.set_reason_code(std::move(outcome.reason_code));
  stored.set_reason_message(Cut(outcome.reason_message));
  stored.set_result(std::move(outcome.result));
  stored.set_reference_id(outcome.reference_id.empty()
                              ? std::string(reference_id)
                              : std::move(outcome.reference_id));
  stored.set_timestamp(FormatTimestamp(now));
  for (ItemOutcome& more : outcome.more)
    *stored.add_more() = OutcomeOf(std::move(more), "", now);
  return stored;
}

stored::Outcome RefusedOutcome(const absl::Status& refusal,
                               absl::string_view reference_id, absl::Time now) {
  ItemOutcome outcome;
  outcome.status = dci::common::v1::REQUEST_STATUS_RJCT;
  outcome.reason_code =
      schema::ReasonText(schema::ReasonOf(refusal), schema::Place::kItem);
  outcome.reason_message = std::string(refusal.message());
  return OutcomeOf(std::move(outcome), reference_id, now);
}

void Count(const stored::Outcome& outcome, Tally* tally) {
  for (const stored::Outcome& more : outcome.more()) Count(more, tally);
  ++tally->total;
  if (outcome.status() == dci::common::v1::REQUEST_STATUS_PDNG) return;
  ++tally->completed;
  if (outcome.status() == dci::common::v1::REQUEST_STATUS_RJCT) {
    ++tally->refused;
  }
}

std::string AnswerBody(const MethodPlan& plan, absl::string_view transaction_id,
                       absl::string_view correlation_id,
                       const std::vector<stored::Outcome>& outcomes) {
  const MethodPlan::Numbers& n = plan.answer;
  std::string body;
  size_t results = 0;
  for (const stored::Outcome& outcome : outcomes)
    results += outcome.result().size() + kItemMembers;
  body.reserve(results + kItemMembers);
  wire::AppendBytesField(&body, n.transaction_id, transaction_id);
  wire::AppendBytesField(&body, n.correlation_id, correlation_id);
  for (const stored::Outcome& outcome : outcomes) {
    if (n.list == 0) {
      AppendItem(plan, outcome, &body);
      continue;
    }
    AppendElement(plan, outcome, &body);
    for (const stored::Outcome& more : outcome.more())
      AppendElement(plan, more, &body);
  }
  return body;
}

MsgCallbackHeader AnswerHeader(const Tally& tally) {
  MsgCallbackHeader header;
  header.set_total_count(tally.total);
  header.set_completed_count(tally.completed);
  if (tally.completed < tally.total) {
    header.set_status(dci::common::v1::REQUEST_STATUS_PDNG);
  } else if (tally.total > 0 && tally.refused == tally.total) {
    header.set_status(dci::common::v1::REQUEST_STATUS_RJCT);
    header.set_status_reason_code(schema::ReasonText(
        dci::common::v1::REASON_ERRORS_TOO_MANY, schema::Place::kHeader));
  } else {
    header.set_status(dci::common::v1::REQUEST_STATUS_SUCC);
  }
  return header;
}

MsgCallbackHeader RefusedHeader(const absl::Status& refusal, int total) {
  MsgCallbackHeader header;
  header.set_total_count(total);
  header.set_completed_count(total);
  header.set_status(dci::common::v1::REQUEST_STATUS_RJCT);
  header.set_status_reason_code(
      schema::ReasonText(schema::ReasonOf(refusal), schema::Place::kHeader));
  header.set_status_reason_message(Cut(refusal.message()));
  return header;
}

}  // namespace dci::exchange
