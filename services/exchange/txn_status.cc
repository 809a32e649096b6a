#include "services/exchange/txn_status.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dci/common/v1/value.pb.h"
#include "services/base/status_macros.h"
#include "services/exchange/answer_body.h"
#include "services/exchange/stored_rows.h"
#include "services/exchange/text_list.h"
#include "services/schema/reason.h"
#include "services/wire/wire_fields.h"

namespace dci::exchange {
namespace {

using dci::common::v1::REQUEST_STATUS_RCVD;
using stored::Outcome;
using stored::TransactionRow;

absl::Status NotFound() {
  return schema::Refusal(dci::common::v1::REASON_REQUEST_NOT_FOUND,
                         "no such transaction of this sender");
}

absl::string_view Member(const schema::Message& type, absl::string_view bytes,
                         absl::string_view name) {
  const schema::Field* field = type.FindName(name);
  return field == nullptr ? absl::string_view()
                          : wire::FindBytes(bytes, field->number);
}

// The member of the answer's union that carries this body, or null.
const schema::Field* MemberFor(const schema::Message& answer,
                               const schema::Message* body) {
  for (const schema::Union& one : answer.unions) {
    for (const schema::Field* member : one.members) {
      if (member->message == body) return member;
    }
  }
  return nullptr;
}

// The member that takes any JSON, or null.
const schema::Field* OpenMember(const schema::Message& answer) {
  for (const schema::Union& one : answer.unions) {
    for (const schema::Field* member : one.members) {
      if (member->kind == schema::Kind::kJson) return member;
    }
  }
  return nullptr;
}

}  // namespace

struct TxnStatusHandler::Question {
  std::string sender_id;
  std::string attribute_type;
  std::vector<std::string> values;
  // Body of the requests that are meant; null: of any.
  const schema::Message* body = nullptr;
};

absl::StatusOr<std::shared_ptr<const TxnStatusHandler>>
TxnStatusHandler::Create(const storage::Store& store,
                         const HandlerRegistry* handlers,
                         const trust::ParticipantDirectory* senders,
                         const wire::Codec* codec, CodeLookup codes) {
  ASSIGN_OR_RETURN(const Spaces spaces, Spaces::Find(store));
  return std::shared_ptr<const TxnStatusHandler>(
      new TxnStatusHandler(spaces, handlers, senders, codec, std::move(codes)));
}

absl::StatusOr<TxnStatusHandler::Question> TxnStatusHandler::Read(
    const ItemContext& context, absl::string_view item) const {
  const schema::Method& method = *context.request->method;
  if (method.items == nullptr || method.answer_items == nullptr) {
    return absl::InternalError("the operation is no transaction status");
  }
  const schema::Message& type = *method.items->message;
  Question question;
  question.sender_id = context.request->sender_id;
  question.attribute_type = std::string(Member(type, item, "attribute_type"));
  const absl::string_view txn_type = Member(type, item, "txn_type");
  for (const schema::Union& one : method.answer_items->message->unions) {
    const schema::Field* member = one.FindCase(txn_type);
    if (member != nullptr) question.body = member->message;
  }
  dci::common::v1::Json value;
  value.ParseFromString(std::string(Member(type, item, "attribute_value")));
  question.values = ReadTexts(value.text());
  if (question.values.empty()) {
    return schema::Refusal(dci::common::v1::REASON_REQUEST_BAD,
                           "attribute_value must be a text or a list of them");
  }
  return question;
}

absl::StatusOr<std::optional<TxnStatusHandler::Subject>> TxnStatusHandler::Load(
    const Question& question, const storage::Snapshot& snapshot,
    absl::string_view correlation_id) const {
  absl::StatusOr<TransactionRow> row =
      transactions_.Read(snapshot, correlation_id);
  if (absl::IsNotFound(row.status())) return std::nullopt;
  RETURN_IF_ERROR(row.status());
  Subject subject;
  subject.plan = handlers_->Find(row->method());
  // Another sender's transaction does not exist for this one; and questions
  // are not asked after.
  if (subject.plan == nullptr || subject.plan->handler == this ||
      row->sender_id() != question.sender_id) {
    return std::nullopt;
  }
  if (question.body != nullptr &&
      subject.plan->method->response_body != question.body) {
    return std::nullopt;
  }
  subject.correlation_id = std::string(correlation_id);
  subject.row = *std::move(row);
  return subject;
}

absl::StatusOr<TxnStatusHandler::Subject> TxnStatusHandler::FindByTransaction(
    const Question& question, const storage::Snapshot& snapshot) const {
  auto cursor = snapshot.Scan(storage::ScanOptions::Prefix(
      spaces_.transactions,
      ByTransactionPrefix(question.sender_id, question.values.front()),
      /*reverse=*/true));
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(std::optional<Subject> subject,
                     Load(question, snapshot, cursor->value()));
    if (subject.has_value()) return *std::move(subject);
  }
  RETURN_IF_ERROR(cursor->status());
  return NotFound();
}

absl::StatusOr<TxnStatusHandler::Subject> TxnStatusHandler::FindByReference(
    const Question& question, const storage::Snapshot& snapshot) const {
  std::optional<Subject> latest;
  for (const std::string& reference : question.values) {
    auto cursor = snapshot.Scan(storage::ScanOptions::Prefix(
        spaces_.items, ItemPrefix(question.sender_id, reference)));
    for (; cursor->Valid(); cursor->Next()) {
      ASSIGN_OR_RETURN(const auto item,
                       ParseRow<stored::ItemRow>(cursor->value()));
      ASSIGN_OR_RETURN(std::optional<Subject> subject,
                       Load(question, snapshot, item.correlation_id()));
      if (!subject.has_value()) continue;
      if (!latest.has_value() ||
          latest->row.received_us() < subject->row.received_us()) {
        latest = std::move(subject);
      }
    }
    RETURN_IF_ERROR(cursor->status());
  }
  if (!latest.has_value()) return NotFound();
  return *std::move(latest);
}

absl::StatusOr<TxnStatusHandler::Subject> TxnStatusHandler::FindByCode(
    const Question& question, const storage::Snapshot& snapshot) const {
  const bool ended =
      question.body != nullptr &&
      question.body->full_name == "dci.registry.v1.UnsubscribeResponse";
  std::optional<Subject> latest;
  for (const std::string& code : question.values) {
    ASSIGN_OR_RETURN(const std::optional<std::string> text,
                     codes_(snapshot, question.sender_id, code, ended));
    const auto handle =
        text.has_value() ? ItemHandle::FromText(*text) : std::nullopt;
    if (!handle.has_value()) continue;
    ASSIGN_OR_RETURN(std::optional<Subject> subject,
                     Load(question, snapshot, handle->correlation_id));
    if (!subject.has_value()) continue;
    if (latest.has_value() &&
        latest->correlation_id == subject->correlation_id) {
      latest->only.insert(handle->index);
    } else if (!latest.has_value() ||
               latest->row.received_us() < subject->row.received_us()) {
      latest = std::move(subject);
      latest->only = {handle->index};
    }
  }
  if (!latest.has_value()) return NotFound();
  return *std::move(latest);
}

absl::StatusOr<TxnStatusHandler::Subject> TxnStatusHandler::FindSubject(
    const Question& question, const storage::Snapshot& snapshot) const {
  if (question.attribute_type == "transaction_id") {
    return FindByTransaction(question, snapshot);
  }
  if (question.attribute_type == "reference_id_list") {
    return FindByReference(question, snapshot);
  }
  if (question.attribute_type == "subscription_code_list" && codes_) {
    return FindByCode(question, snapshot);
  }
  if (question.attribute_type == "correlation_id") {
    ASSIGN_OR_RETURN(std::optional<Subject> subject,
                     Load(question, snapshot, question.values.front()));
    if (!subject.has_value()) return NotFound();
    return *std::move(subject);
  }
  return schema::Refusal(
      dci::common::v1::REASON_REQUEST_BAD,
      codes_ ? "attribute_type must be transaction_id, reference_id_list, "
               "correlation_id or subscription_code_list"
             : "attribute_type must be transaction_id, reference_id_list or "
               "correlation_id");
}

absl::StatusOr<std::vector<Outcome>> TxnStatusHandler::Outcomes(
    const Subject& subject, const storage::Snapshot& snapshot) const {
  std::vector<Outcome> outcomes;
  const std::string& id = subject.correlation_id;
  auto cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(spaces_.transactions, OutcomesPrefix(id)));
  for (; cursor->Valid(); cursor->Next()) {
    ASSIGN_OR_RETURN(const auto row,
                     ParseRow<stored::OutcomesRow>(cursor->value()));
    outcomes.insert(outcomes.end(), row.outcomes().begin(),
                    row.outcomes().end());
  }
  RETURN_IF_ERROR(cursor->status());
  cursor = snapshot.Scan(
      storage::ScanOptions::Prefix(spaces_.transactions, PendingPrefix(id)));
  for (; cursor->Valid(); cursor->Next()) {
    const std::optional<uint64_t> index = IndexOf(cursor->key());
    ASSIGN_OR_RETURN(const auto row,
                     ParseRow<stored::PendingRow>(cursor->value()));
    if (index.has_value() && *index < outcomes.size()) {
      outcomes[*index] = row.outcome();
    }
  }
  RETURN_IF_ERROR(cursor->status());
  if (subject.row.state() != TransactionRow::ACCEPTED) return outcomes;
  ASSIGN_OR_RETURN(const std::shared_ptr<const Request> request,
                   transactions_.Restore(snapshot, id));
  for (size_t i = outcomes.size(); i < request->items.size(); ++i) {
    ItemOutcome open;
    open.status = REQUEST_STATUS_RCVD;
    outcomes.push_back(OutcomeOf(open, request->items[i].reference_id,
                                 request->context.received));
  }
  return outcomes;
}

absl::StatusOr<std::string> TxnStatusHandler::Write(
    const ItemContext& context, const Subject& subject,
    absl::string_view body) const {
  const schema::Message& answer =
      *context.request->method->answer_items->message;
  const schema::Message* body_type = subject.plan->method->response_body;
  const schema::Field* type = answer.FindName("txn_type");
  std::string bytes;
  const schema::Field* member = MemberFor(answer, body_type);
  if (member != nullptr) {
    wire::AppendBytesField(
        &bytes, type == nullptr ? 0 : type->number,
        member->cases.empty() ? member->name : member->cases.front());
    wire::AppendBytesField(&bytes, member->number, body);
    return bytes;
  }
  // An operation that the published answer does not foresee.
  member = OpenMember(answer);
  if (member == nullptr) return NotFound();
  dci::common::v1::Json value;
  RETURN_IF_ERROR(codec_->WireToJson(*body_type, body, schema::Dialect::kC25,
                                     value.mutable_text()));
  wire::AppendBytesField(&bytes, type == nullptr ? 0 : type->number,
                         subject.plan->method->actions.front());
  wire::AppendBytesField(&bytes, member->number, value.SerializeAsString());
  return bytes;
}

absl::StatusOr<ItemOutcome> TxnStatusHandler::Search(
    const ItemContext& context, absl::string_view item,
    const storage::Snapshot& snapshot, absl::string_view) const {
  ASSIGN_OR_RETURN(const Question question, Read(context, item));
  ASSIGN_OR_RETURN(const Subject subject, FindSubject(question, snapshot));
  ASSIGN_OR_RETURN(std::vector<Outcome> outcomes, Outcomes(subject, snapshot));
  if (question.attribute_type == "reference_id_list") {
    const auto other = [&](const Outcome& outcome) {
      return std::find(question.values.begin(), question.values.end(),
                       outcome.reference_id()) == question.values.end();
    };
    outcomes.erase(std::remove_if(outcomes.begin(), outcomes.end(), other),
                   outcomes.end());
  }
  if (!subject.only.empty()) {
    std::vector<Outcome> meant;
    for (const uint64_t place : subject.only)
      if (place < outcomes.size()) meant.push_back(outcomes[place]);
    outcomes = std::move(meant);
  }
  ItemOutcome result;
  ASSIGN_OR_RETURN(result.result,
                   Write(context, subject,
                         AnswerBody(*subject.plan, subject.row.transaction_id(),
                                    subject.correlation_id, outcomes)));
  return result;
}

}  // namespace dci::exchange
