#include "services/exchange/transactions.h"

#include <map>
#include <optional>
#include <utility>

#include "services/base/status_macros.h"
#include "services/exchange/stored_rows.h"
#include "services/schema/reason.h"

namespace dci::exchange {

using stored::Outcome;
using stored::OutcomesRow;
using stored::PendingRow;
using stored::TransactionRow;

TransactionRow Transactions::RowOf(const Request& request) const {
  const RequestContext& context = request.context;
  TransactionRow row;
  row.set_method(request.plan->method->full_name);
  row.set_sender_id(context.sender_id);
  row.set_transaction_id(context.transaction_id);
  row.set_header(context.header.SerializeAsString());
  for (const std::string& scope : context.scopes) row.add_scopes(scope);
  row.set_encrypted(request.encrypted);
  row.set_received_us(absl::ToUnixMicros(context.received));
  row.set_total(static_cast<uint32_t>(request.items.size()));
  for (size_t i = 0; i < request.items.size(); ++i) {
    const absl::Status& refusal = request.items[i].refusal;
    if (refusal.ok()) continue;
    stored::RefusedItem* item = row.add_refused_items();
    item->set_index(static_cast<uint32_t>(i));
    item->set_reason(schema::ReasonOf(refusal));
    item->set_text(std::string(refusal.message()));
  }
  return row;
}

void Transactions::PutByTransaction(storage::CommitView& view,
                                    const TransactionRow& row,
                                    uint64_t sequence,
                                    absl::string_view id) const {
  if (row.transaction_id().empty()) return;
  view.Put(spaces_.transactions,
           ByTransactionKey(row.sender_id(), row.transaction_id(), sequence),
           id);
}

std::shared_ptr<Request> Transactions::Rebuild(
    const TransactionRow& row, absl::string_view correlation_id) const {
  const MethodPlan* plan = handlers_->Find(row.method());
  if (plan == nullptr) return nullptr;
  auto request = std::make_shared<Request>();
  request->plan = plan;
  request->encrypted = row.encrypted();
  RequestContext& context = request->context;
  context.method = plan->method;
  context.sender = senders_->Find(row.sender_id());
  context.sender_id = row.sender_id();
  context.header.ParseFromString(row.header());
  context.transaction_id = row.transaction_id();
  context.correlation_id = std::string(correlation_id);
  context.scopes.assign(row.scopes().begin(), row.scopes().end());
  context.received = absl::FromUnixMicros(row.received_us());
  return request;
}

void Transactions::PutAccepted(storage::CommitView& view,
                               const Request& request,
                               absl::string_view address,
                               absl::string_view message_key) const {
  const std::string& id = request.context.correlation_id;
  const uint64_t sequence = view.NextSequence();
  TransactionRow row = RowOf(request);
  row.set_state(TransactionRow::ACCEPTED);
  row.set_address(std::string(address));
  row.set_message_key(std::string(message_key));
  row.set_sequence(sequence);
  view.Put(spaces_.transactions, TransactionKey(id), row.SerializeAsString());
  view.Put(spaces_.transactions, RequestBodyKey(id), request.body);
  stored::QueueRow queued;
  queued.set_correlation_id(id);
  view.Put(spaces_.transactions, QueueKey(sequence),
           queued.SerializeAsString());
  PutByTransaction(view, row, sequence, id);
  if (request.plan->search != nullptr) {
    view.Put(spaces_.transactions, ExpiryKey(row.received_us(), id), "");
  }
}

absl::StatusOr<std::shared_ptr<const Request>> Transactions::Restore(
    const storage::View& view, absl::string_view correlation_id) const {
  ASSIGN_OR_RETURN(const TransactionRow row, Read(view, correlation_id));
  ASSIGN_OR_RETURN(
      std::optional<std::string> body,
      view.Get(spaces_.transactions, RequestBodyKey(correlation_id)));
  std::shared_ptr<Request> request = Rebuild(row, correlation_id);
  if (request == nullptr || !body.has_value()) {
    return absl::NotFoundError("the request cannot be decided any more");
  }
  request->body = *std::move(body);
  RETURN_IF_ERROR(SplitBody(request.get()));
  for (const stored::RefusedItem& refused : row.refused_items()) {
    if (refused.index() >= request->items.size()) continue;
    request->items[refused.index()].refusal = schema::Refusal(
        static_cast<dci::common::v1::Reason>(refused.reason()), refused.text());
  }
  RETURN_IF_ERROR(
      ValidateItems(*codec_, request->context.received, request.get()));
  return request;
}

absl::StatusOr<TransactionRow> Transactions::Read(
    const storage::View& view, absl::string_view correlation_id) const {
  ASSIGN_OR_RETURN(std::optional<TransactionRow> row,
                   FindRow<TransactionRow>(view, spaces_.transactions,
                                           TransactionKey(correlation_id)));
  if (!row.has_value()) return absl::NotFoundError("no such transaction");
  return *std::move(row);
}

void Transactions::PutOutcomes(storage::CommitView& view,
                               const Request& request, uint64_t first,
                               const std::vector<Outcome>& outcomes) const {
  const std::string& id = request.context.correlation_id;
  OutcomesRow row;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Outcome& outcome = outcomes[i];
    *row.add_outcomes() = outcome;
    if (outcome.status() == dci::common::v1::REQUEST_STATUS_PDNG) {
      PendingRow pending;
      *pending.mutable_outcome() = outcome;
      view.Put(spaces_.transactions, PendingKey(id, first + i),
               pending.SerializeAsString());
    }
    // Items that changed something have this row from their decision.
    if (request.plan->search == nullptr || outcome.reference_id().empty()) {
      continue;
    }
    stored::ItemRow item;
    item.set_correlation_id(id);
    item.set_index(static_cast<uint32_t>(first + i));
    view.Put(spaces_.items,
             ItemKey(request.context.sender_id, request.plan->operation,
                     request.context.transaction_id, outcome.reference_id()),
             item.SerializeAsString());
  }
  view.Put(spaces_.transactions, OutcomesKey(id, first),
           row.SerializeAsString());
}

absl::Status Transactions::PutDecided(storage::CommitView& view,
                                      const Request& request,
                                      const Tally& tally) const {
  const std::string& id = request.context.correlation_id;
  TransactionRow row = RowOf(request);
  if (request.asynchronous()) {
    ASSIGN_OR_RETURN(row, Read(view, id));
    view.Delete(spaces_.transactions, RequestBodyKey(id));
  } else {
    PutByTransaction(view, row, view.NextSequence(), id);
  }
  row.set_state(TransactionRow::DECIDED);
  row.set_completed(static_cast<uint32_t>(tally.completed));
  row.set_refused(static_cast<uint32_t>(tally.refused));
  view.Put(spaces_.transactions, TransactionKey(id), row.SerializeAsString());
  return absl::OkStatus();
}

absl::Status Transactions::PutFailed(storage::CommitView& view,
                                     const Request& request, uint64_t first,
                                     const absl::Status& why,
                                     absl::Time now) const {
  const std::string& id = request.context.correlation_id;
  ASSIGN_OR_RETURN(TransactionRow row, Read(view, id));
  std::vector<Outcome> outcomes;
  if (request.plan->items_have_status()) {
    for (size_t i = first; i < request.items.size(); ++i) {
      outcomes.push_back(
          RefusedOutcome(why, request.items[i].reference_id, now));
    }
    PutOutcomes(view, request, first, outcomes);
  }
  row.set_state(TransactionRow::FAILED);
  row.set_completed(row.total());
  row.set_refused(row.total());
  view.Delete(spaces_.transactions, RequestBodyKey(id));
  view.Put(spaces_.transactions, TransactionKey(id), row.SerializeAsString());
  return PutCallback(view, request, row.address(),
                     RefusedHeader(why, static_cast<int>(row.total())),
                     outcomes, now);
}

absl::Status Transactions::PutCallback(
    storage::CommitView& view, const Request& request,
    absl::string_view address, const dci::common::v1::MsgCallbackHeader& header,
    const std::vector<Outcome>& outcomes, absl::Time now) const {
  const schema::Method& method = *request.plan->method;
  if (method.callback == nullptr) return absl::OkStatus();
  const RequestContext& context = request.context;
  Outgoing message;
  message.method = method.callback;
  message.receiver_id = context.sender_id;
  message.address = std::string(address);
  message.lane = context.correlation_id;
  message.header = header;
  message.header.set_action(method.answer_action);
  message.body = AnswerBody(*request.plan, context.transaction_id,
                            context.correlation_id, outcomes);
  message.encrypt = request.encrypted;
  return outbox_->Enqueue(view, message, now);
}

absl::Status Transactions::Complete(storage::CommitView& view,
                                    const std::vector<Completion>& completions,
                                    absl::Time now) const {
  std::vector<std::pair<std::string, Outcome>> todo;
  for (const Completion& completion : completions) {
    todo.emplace_back(completion.handle,
                      OutcomeOf(completion.outcome, "", now));
    for (const Outgoing& message : completion.outcome.messages) {
      RETURN_IF_ERROR(outbox_->Enqueue(view, message, now));
    }
  }
  std::map<std::string, std::vector<Outcome>> by_request;
  // Grows by those that wait for the same item.
  for (size_t i = 0; i < todo.size(); ++i) {
    const auto handle = ItemHandle::FromText(todo[i].first);
    if (!handle.has_value()) continue;
    const std::string key = PendingKey(handle->correlation_id, handle->index);
    ASSIGN_OR_RETURN(std::optional<PendingRow> pending,
                     FindRow<PendingRow>(view, spaces_.transactions, key));
    if (!pending.has_value() || pending->completed()) continue;
    Outcome outcome = todo[i].second;
    outcome.set_reference_id(pending->outcome().reference_id());
    for (const std::string& watcher : pending->watchers()) {
      todo.emplace_back(watcher, outcome);
    }
    *pending->mutable_outcome() = outcome;
    pending->set_completed(outcome.status() !=
                           dci::common::v1::REQUEST_STATUS_PDNG);
    view.Put(spaces_.transactions, key, pending->SerializeAsString());
    by_request[handle->correlation_id].push_back(std::move(outcome));
  }
  for (const auto& [correlation_id, outcomes] : by_request) {
    RETURN_IF_ERROR(CompleteRequest(view, correlation_id, outcomes, now));
  }
  return absl::OkStatus();
}

absl::Status Transactions::CompleteRequest(storage::CommitView& view,
                                           absl::string_view correlation_id,
                                           const std::vector<Outcome>& outcomes,
                                           absl::Time now) const {
  ASSIGN_OR_RETURN(TransactionRow row, Read(view, correlation_id));
  Tally tally{static_cast<int>(row.total()), static_cast<int>(row.completed()),
              static_cast<int>(row.refused())};
  for (const Outcome& outcome : outcomes) {
    Count(outcome, &tally);
    --tally.total;  // was counted when it was decided to be pending
  }
  row.set_completed(static_cast<uint32_t>(tally.completed));
  row.set_refused(static_cast<uint32_t>(tally.refused));
  view.Put(spaces_.transactions, TransactionKey(correlation_id),
           row.SerializeAsString());
  const std::shared_ptr<Request> request = Rebuild(row, correlation_id);
  if (request == nullptr) return absl::OkStatus();
  return PutCallback(view, *request, row.address(), AnswerHeader(tally),
                     outcomes, now);
}

}  // namespace dci::exchange
