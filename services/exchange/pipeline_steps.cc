// What happens to a message that passed the intake, by the mode of its
// operation.
#include <optional>
#include <utility>

#include "services/base/status_macros.h"
#include "services/exchange/answer_body.h"
#include "services/exchange/fingerprint.h"
#include "services/exchange/item_decisions.h"
#include "services/exchange/pipeline_impl.h"
#include "services/exchange/stored_rows.h"
#include "services/schema/reason.h"
#include "services/wire/wire_fields.h"

namespace dci::exchange {

using dci::common::v1::MsgCallbackHeader;
using stored::MessageRow;
using stored::Outcome;

struct Pipeline::Impl::Result {
  // Why the apply refused.
  absl::Status refusal;
  std::string correlation_id;
  absl::Time received;
  MsgCallbackHeader header;
  std::string body;
  bool repeated = false;
  bool conflicting = false;
  int items = 0;
  int refused = 0;
  int items_repeated = 0;
  bool has_messages = false;
};

namespace {

absl::Status Conflict() {
  return schema::Refusal(dci::common::v1::REASON_MESSAGE_ID_DUPLICATE,
                         "message_id was used before, with other content");
}

bool HasOtherContent(const MessageRow& row, const Call& call) {
  return row.fingerprint_version() == kFingerprintVersion &&
         row.fingerprint() != call.fingerprint;
}

absl::Status TooLate() {
  return schema::Refusal(dci::common::v1::REASON_REQUEST_TIMEOUT,
                         "the deadline has passed");
}

absl::Status AnswerTooLarge() {
  return schema::Refusal(
      dci::common::v1::REASON_SEARCH_TOO_MANY_RECORDS_FOUND,
      "the answer would be too large: ask for smaller pages, for fewer items "
      "in a message, or asynchronously");
}

}  // namespace

void Pipeline::Impl::Proceed(CallPtr call) {
  if (parts_.clock->Now() >= call->deadline) {
    return Refuse(call, TooLate());
  }
  switch (call->method->mode) {
    case schema::Mode::kAsync:
      return Accept(std::move(call));
    case schema::Mode::kCallback:
      return TakeCallback(std::move(call));
    default:
      return call->request->plan->search != nullptr ? Search(std::move(call))
                                                    : Decide(std::move(call));
  }
}

absl::StatusOr<bool> Pipeline::Impl::IsRepetition(const Call& call,
                                                  storage::CommitView& view,
                                                  Result* result) {
  result->correlation_id = call.request->context.correlation_id;
  result->received = call.received;
  if (call.message_key.empty()) return false;
  ASSIGN_OR_RETURN(
      const std::optional<MessageRow> row,
      FindRow<MessageRow>(view, spaces_.messages, call.message_key));
  const bool other =
      row.has_value() ? HasOtherContent(*row, call)
                      : recent_.Look(call.message_key, call.fingerprint,
                                     call.received) == RecentIds::Seen::kOther;
  if (other) {
    result->conflicting = true;
    if (call.duplicates_pass) return false;
    return Conflict();
  }
  if (!row.has_value()) return false;
  result->repeated = true;
  result->correlation_id = row->correlation_id();
  result->received = absl::FromUnixMicros(row->received_us());
  result->header.ParseFromString(row->answer_header());
  result->body = row->answer_body();
  return true;
}

void Pipeline::Impl::PutMessageRow(const Call& call, const Result& result,
                                   storage::CommitView& view) const {
  if (call.message_key.empty()) return;
  MessageRow row;
  row.set_fingerprint(call.fingerprint);
  row.set_fingerprint_version(kFingerprintVersion);
  row.set_correlation_id(result.correlation_id);
  row.set_received_us(absl::ToUnixMicros(call.received));
  if (!result.body.empty()) {
    row.set_answer_header(result.header.SerializeAsString());
    row.set_answer_body(result.body);
  }
  view.Put(spaces_.messages, call.message_key, row.SerializeAsString());
}

void Pipeline::Impl::Commit(
    CallPtr call, std::vector<storage::Key> keys,
    std::function<absl::Status(storage::CommitView&, Result*)> apply,
    std::function<void(const Result&)> then) {
  if (!call->message_key.empty()) {
    keys.push_back({spaces_.messages, call->message_key});
  }
  auto result = std::make_shared<Result>();
  parts_.store->Commit(
      {.keys = std::move(keys),
       .apply = [apply = std::move(apply),
                 result](storage::CommitView& view) -> absl::Status {
         return result->refusal = apply(view, result.get());
       },
       .done =
           [this, call, result, then = std::move(then)](absl::Status status) {
             metrics_.repeated += result->repeated;
             metrics_.items_repeated += result->items_repeated;
             if (result->conflicting) {
               (call->duplicates_pass ? metrics_.conflicting_let_pass
                                      : metrics_.conflicting)++;
             }
             if (status.ok()) return then(*result);
             // What the store refuses is no fault of the sender.
             Refuse(call, result->refusal.ok()
                              ? absl::UnavailableError(status.message())
                              : result->refusal);
           }});
}

void Pipeline::Impl::Accept(CallPtr call) {
  Commit(
      call, {},
      [this, call](storage::CommitView& view, Result* result) -> absl::Status {
        ASSIGN_OR_RETURN(const bool known, IsRepetition(*call, view, result));
        if (known) return absl::OkStatus();
        transactions_.PutAccepted(view, *call->request, call->address,
                                  call->message_key);
        PutMessageRow(*call, *result, view);
        return absl::OkStatus();
      },
      [this, call](const Result& result) {
        if (!result.repeated && decide_runner_ != nullptr) {
          decide_runner_->Wake();
        }
        Acknowledge(call, result);
      });
}

// Ids of messages that are stored, and those of reads, which are remembered in
// memory, are ids of one sender: each is looked for among both.
absl::Status Pipeline::Impl::CheckRecent(const Call& call,
                                         const storage::View& view) {
  if (call.message_key.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const std::optional<MessageRow> row,
      FindRow<MessageRow>(view, spaces_.messages, call.message_key));
  const RecentIds::Seen seen =
      row.has_value() ? HasOtherContent(*row, call) ? RecentIds::Seen::kOther
                                                    : RecentIds::Seen::kSame
                      : recent_.Note(call.message_key, call.fingerprint,
                                     call.received, call.remember_until);
  if (seen == RecentIds::Seen::kSame) metrics_.repeated++;
  if (seen != RecentIds::Seen::kOther) return absl::OkStatus();
  (call.duplicates_pass ? metrics_.conflicting_let_pass
                        : metrics_.conflicting)++;
  return call.duplicates_pass ? absl::OkStatus() : Conflict();
}

void Pipeline::Impl::Search(CallPtr call) {
  const Request& request = *call->request;
  const absl::Time now = parts_.clock->Now();
  const auto snapshot = parts_.store->GetSnapshot();
  if (absl::Status recent = CheckRecent(*call, *snapshot); !recent.ok()) {
    return Refuse(call, recent);
  }
  std::vector<Outcome> outcomes;
  std::vector<std::function<absl::Status(storage::CommitView&)>> records;
  Tally tally;
  size_t bytes = 0;
  for (size_t i = 0; i < request.items.size(); ++i) {
    const BatchItem& item = request.items[i];
    // Many items that each find little may still take long together.
    if (parts_.clock->Now() >= call->deadline) return Refuse(call, TooLate());
    absl::StatusOr<ItemOutcome> outcome =
        bytes < options_.max_answer_bytes
            ? SearchItem(request, i, *snapshot, "", now)
            : AnswerTooLarge();
    if (outcome.ok()) {
      if (bytes + outcome->result.size() > options_.max_answer_bytes) {
        outcome = AnswerTooLarge();
      } else {
        bytes += outcome->result.size();
      }
    }
    if (!outcome.ok() &&
        (IsFault(outcome.status()) || !request.plan->items_have_status())) {
      return Refuse(call, outcome.status());
    }
    if (outcome.ok() && outcome->record) {
      records.push_back(std::move(outcome->record));
    }
    outcomes.push_back(
        outcome.ok()
            ? OutcomeOf(*std::move(outcome), request.ReferenceOf(item), now)
            : RefusedOutcome(outcome.status(), request.ReferenceOf(item), now));
    Count(outcomes.back(), &tally);
  }
  MsgCallbackHeader header = FullHeader(*call, AnswerHeader(tally));
  // Long ones are not kept twice.
  std::string body =
      AnswerBody(*request.plan, request.context.transaction_id,
                 request.context.correlation_id, std::exchange(outcomes, {}));
  if (records.empty()) {
    return Give(call, std::move(header), std::move(body), tally.total,
                tally.refused);
  }
  parts_.store->Commit(
      {.keys = {},
       .apply = [records](storage::CommitView& view) -> absl::Status {
         for (const auto& record : records) RETURN_IF_ERROR(record(view));
         return absl::OkStatus();
       },
       .done =
           [this, call, header, body = std::move(body),
            tally](absl::Status status) {
             if (!status.ok()) {
               return Refuse(call, absl::UnavailableError(status.message()));
             }
             Give(call, header, body, tally.total, tally.refused);
           }});
}

absl::Status Pipeline::Impl::ApplyDecision(const Call& call, absl::Time now,
                                           storage::CommitView& view,
                                           Result* result) {
  ASSIGN_OR_RETURN(const bool known, IsRepetition(call, view, result));
  if (known) return absl::OkStatus();
  const Request& request = *call.request;
  ASSIGN_OR_RETURN(const Decision decision,
                   DecideItems(spaces_, request, now, view));
  // Where an item cannot say that it was refused, the message is.
  if (!request.plan->items_have_status()) RETURN_IF_ERROR(decision.refusal);
  transactions_.PutOutcomes(view, request, 0, decision.outcomes);
  RETURN_IF_ERROR(transactions_.PutDecided(view, request, decision.tally));
  for (const Outgoing& message : decision.messages) {
    RETURN_IF_ERROR(outbox_.Enqueue(view, message, now));
  }
  result->header = FullHeader(call, AnswerHeader(decision.tally));
  result->body = AnswerBody(*request.plan, request.context.transaction_id,
                            result->correlation_id, decision.outcomes);
  result->items = decision.tally.total;
  result->refused = decision.tally.refused;
  result->items_repeated = decision.repeated;
  result->has_messages = !decision.messages.empty();
  PutMessageRow(call, *result, view);
  return absl::OkStatus();
}

void Pipeline::Impl::Decide(CallPtr call) {
  const absl::Time now = parts_.clock->Now();
  std::vector<storage::Key> keys;
  AddItemKeys(spaces_, *call->request, now, &keys);
  Commit(
      call, std::move(keys),
      [this, call, now](storage::CommitView& view, Result* result) {
        return ApplyDecision(*call, now, view, result);
      },
      [this, call](const Result& result) {
        if (result.has_messages) Wake();
        Give(call, result.header, result.body, result.items, result.refused);
      });
}

absl::Status Pipeline::Impl::ApplyCallback(const Call& call, absl::Time now,
                                           storage::CommitView& view,
                                           Result* result) {
  ASSIGN_OR_RETURN(const bool known, IsRepetition(call, view, result));
  if (known) return absl::OkStatus();
  const Request& request = *call.request;
  ASSIGN_OR_RETURN(const CallbackOutcome outcome,
                   request.plan->callback->Apply(request.ItemContextOf(0, now),
                                                 request.body, view));
  RETURN_IF_ERROR(transactions_.Complete(view, outcome.completions, now));
  for (const Outgoing& message : outcome.messages) {
    RETURN_IF_ERROR(outbox_.Enqueue(view, message, now));
  }
  result->has_messages =
      !outcome.messages.empty() || !outcome.completions.empty();
  // The correlation id is the one that the message carries.
  const absl::string_view theirs =
      wire::FindBytes(request.body, request.plan->request.correlation_id);
  if (!theirs.empty()) result->correlation_id = std::string(theirs);
  PutMessageRow(call, *result, view);
  return absl::OkStatus();
}

void Pipeline::Impl::TakeCallback(CallPtr call) {
  const absl::Time now = parts_.clock->Now();
  std::vector<storage::Key> keys;
  call->request->plan->callback->Keys(call->request->ItemContextOf(0, now),
                                      call->request->body, &keys);
  Commit(
      call, std::move(keys),
      [this, call, now](storage::CommitView& view, Result* result) {
        return ApplyCallback(*call, now, view, result);
      },
      [this, call](const Result& result) {
        if (result.has_messages) Wake();
        Acknowledge(call, result);
      });
}

void Pipeline::Impl::Acknowledge(CallPtr call, const Result& result) {
  metrics_.acknowledged++;
  LogEvent event = EventOf(*call, LogEvent::Kind::kAcknowledged);
  event.correlation_id = result.correlation_id;
  event.items = static_cast<int>(call->request->items.size());
  Finish(
      call,
      envelopes_.Acknowledge(call->wire, result.correlation_id, result.received,
                             call->method->mode == schema::Mode::kAsync
                                 ? options_.ack_http_status
                                 : 200),
      std::move(event));
}

}  // namespace dci::exchange
