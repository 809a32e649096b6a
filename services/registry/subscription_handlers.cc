#include "services/registry/subscription_handlers.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/exchange/callback_address.h"
#include "services/registry/subscription_permit.h"
#include "services/schema/reason.h"
#include "services/trust/participants.h"
#include "services/wire/codec.h"
#include "services/wire/wire_fields.h"

namespace dci::registry {
namespace {

using state::Subscription;

constexpr int kDefaultPerSender = 100;

absl::Status Details(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_NOTIFY_DETAILS_INVALID, text);
}

const config::v1::Participant* SenderOf(const exchange::ItemContext& context) {
  const auto& sender = context.request->sender;
  return sender == nullptr ? nullptr : &sender->config();
}

// A text like a UUID that nobody can guess: the handle is made of randomness.
std::string CodeFor(absl::string_view service, absl::string_view handle) {
  const std::string hex =
      absl::BytesToHexString(Sha256(absl::StrCat(service, "|", handle)));
  const absl::string_view all(hex);
  return absl::StrCat(all.substr(0, 8), "-", all.substr(8, 4), "-",
                      all.substr(12, 4), "-", all.substr(16, 4), "-",
                      all.substr(20, 12));
}

// The filter as JSON, as its type is written on the wire.
absl::Status WriteFilter(const wire::Codec& codec,
                         const v1::SubscribeCriteria& criteria,
                         std::string* json) {
  if (criteria.has_other()) {
    *json = criteria.other().text();
    return absl::OkStatus();
  }
  const auto write = [&](const google::protobuf::Message& filter) {
    const schema::Message* type =
        codec.model().FindMessage(filter.GetDescriptor()->full_name());
    if (type == nullptr) return absl::InternalError("no such filter");
    return codec.WireToJson(*type, filter.SerializeAsString(),
                            schema::Dialect::kC25, json);
  };
  if (criteria.has_idtype_value()) return write(criteria.idtype_value());
  if (criteria.has_predicate()) return write(criteria.predicate());
  if (criteria.has_expression()) return write(criteria.expression());
  if (criteria.has_named_query()) return write(criteria.named_query());
  return absl::OkStatus();
}

absl::StatusOr<exchange::ItemOutcome> OutcomeWith(
    const wire::Codec& codec, const Subscription& row,
    common::v1::RequestStatus status) {
  v1::SubscribeResponseItem item;
  ASSIGN_OR_RETURN(*item.add_subscriptions(), InfoOf(codec, row));
  if (!row.locale().empty()) item.set_locale(row.locale());
  exchange::ItemOutcome outcome;
  outcome.status = status;
  outcome.result = item.SerializeAsString();
  return outcome;
}

}  // namespace

absl::StatusOr<v1::SubscriptionInfo> InfoOf(const wire::Codec& codec,
                                            const Subscription& row) {
  v1::SubscribeCriteria criteria;
  criteria.ParseFromString(row.criteria());
  v1::SubscriptionInfo info;
  info.set_version("1.0.0");
  info.set_code(row.code());
  info.set_status(IsLive(row) ? v1::SUBSCRIPTION_STATUS_SUBSCRIBE
                              : v1::SUBSCRIPTION_STATUS_UNSUBSCRIBE);
  info.set_timestamp(FormatTimestamp(absl::FromUnixMicros(row.created_us())));
  if (criteria.has_reg_type()) info.set_reg_type(criteria.reg_type());
  if (criteria.has_reg_event_type())
    info.set_reg_event_type(criteria.reg_event_type());
  if (criteria.has_frequency())
    *info.mutable_frequency() = criteria.frequency();
  if (criteria.has_filter_type()) info.set_filter_type(criteria.filter_type());
  std::string filter;
  RETURN_IF_ERROR(WriteFilter(codec, criteria, &filter));
  if (!filter.empty()) info.mutable_filter()->set_text(std::move(filter));
  if (criteria.has_notify_record_type())
    info.set_notify_record_type(criteria.notify_record_type());
  if (!row.locale().empty()) info.set_locale(row.locale());
  return info;
}

absl::Status Activate(const SubscriptionParts& parts, const Subscription& old,
                      absl::Time now, storage::CommitView& view) {
  Subscription row = old;
  row.set_state(Subscription::ACTIVE);
  row.set_from(view.NextSequence());
  RETURN_IF_ERROR(parts.rows->Put(view, &old, row));
  if (!parts.complete) return absl::OkStatus();
  ASSIGN_OR_RETURN(exchange::ItemOutcome outcome,
                   OutcomeWith(parts.registry->codec(), row,
                               common::v1::REQUEST_STATUS_SUCC));
  return parts.complete(view, {{row.made_by(), std::move(outcome)}}, now);
}

absl::StatusOr<bool> Resume(const SubscriptionRows& rows,
                            const exchange::Outbox& outbox,
                            const Subscription& old, absl::Time now,
                            storage::CommitView& view) {
  if (old.state() != Subscription::SUSPENDED) return false;
  Subscription row = old;
  row.set_state(Subscription::ACTIVE);
  row.clear_note();
  RETURN_IF_ERROR(rows.Put(view, &old, row));
  RETURN_IF_ERROR(
      outbox
          .Replay(view, exchange::Outbox::LaneOf(row.sender_id(), row.code()),
                  now)
          .status());
  return true;
}

int SubscribeHandler::LimitOf(const exchange::ItemContext& context) const {
  const config::v1::Participant* sender = SenderOf(context);
  if (sender != nullptr && sender->subscriptions().max_subscriptions() > 0)
    return sender->subscriptions().max_subscriptions();
  return parts_.config.max_per_sender() > 0 ? parts_.config.max_per_sender()
                                            : kDefaultPerSender;
}

bool SubscribeHandler::NeedsApproval(
    const exchange::ItemContext& context) const {
  const config::v1::Participant* sender = SenderOf(context);
  if (sender != nullptr) switch (sender->subscriptions().approval()) {
      case config::v1::APPROVAL_REQUIRED:
        return true;
      case config::v1::APPROVAL_NOT_REQUIRED:
        return false;
      default:
        break;
    }
  return parts_.config.approval();
}

absl::Status SubscribeHandler::SetAddress(const exchange::ItemContext& context,
                                          Subscription* row) const {
  const config::v1::Participant* sender = SenderOf(context);
  if (sender == nullptr || !sender->grpc_target().empty())
    return absl::OkStatus();
  const bool own =
      sender->subscriptions().notify_to() == config::v1::NOTIFY_TO_SENDER_URI;
  const absl::string_view asked = absl::StripAsciiWhitespace(
      own ? absl::string_view(context.request->header.sender_uri()) : "");
  if (own && asked.empty())
    return Details("sender_uri says where notifications go, and is missing");
  const absl::StatusOr<std::string> address =
      exchange::CallbackAddress(*sender, asked);
  if (!address.ok())
    return Details(absl::StrCat("notifications: ", address.status().message()));
  if (own) row->set_address(*address);
  return absl::OkStatus();
}

absl::Status SubscribeHandler::SetTimes(const exchange::ItemContext& context,
                                        Wanted* wanted) const {
  const absl::Time now = context.now;
  const absl::Time start = std::max(now, wanted->criteria.start);
  Subscription& row = wanted->row;
  row.set_created_us(absl::ToUnixMicros(now));
  // What is changed within the call that subscribes counts by its number.
  row.set_start_us(wanted->criteria.start <= now
                       ? 0
                       : absl::ToUnixMicros(wanted->criteria.start));
  const std::optional<absl::Time> end = wanted->criteria.end;
  if (end.has_value() && *end <= now)
    return Details("frequency ends in the past");
  if (end.has_value()) row.set_end_us(absl::ToUnixMicros(*end));
  const int days = parts_.config.max_days();
  if (days > 0 && (!end.has_value() || *end > start + absl::Hours(24) * days))
    return Details(absl::StrCat("a subscription ends within ", days, " days"));
  if (!wanted->criteria.schedule.has_value()) return absl::OkStatus();
  const std::optional<absl::Time> next =
      wanted->criteria.schedule->Next(start, parts_.zone);
  if (!next.has_value()) return Details("frequency: there is no such time");
  row.set_next_send_us(absl::ToUnixMicros(*next));
  return absl::OkStatus();
}

absl::StatusOr<SubscribeHandler::Wanted> SubscribeHandler::Read(
    const exchange::ItemContext& context, absl::string_view bytes) const {
  v1::SubscribeRequestItem item;
  if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !item.has_subscribe_criteria())
    return Details("subscribe_criteria is missing");
  Wanted wanted;
  const Registry& registry = *parts_.registry;
  ASSIGN_OR_RETURN(wanted.criteria,
                   CompileCriteria(*registry.catalog(), registry.named(),
                                   *parts_.events, item.subscribe_criteria()));
  Subscription& row = wanted.row;
  row.set_code(CodeFor(registry.service().full_name, context.handle));
  row.set_sender_id(context.request->sender_id);
  row.set_state(NeedsApproval(context) ? Subscription::PENDING
                                       : Subscription::ACTIVE);
  row.set_criteria(item.subscribe_criteria().SerializeAsString());
  row.set_locale(item.locale());
  row.set_digest(Sha256(wanted.criteria.normal).substr(0, 16));
  row.set_encrypt(context.request->header.is_msg_encrypted());
  row.set_made_by(context.handle);
  RETURN_IF_ERROR(SetTimes(context, &wanted));
  RETURN_IF_ERROR(SetAddress(context, &row));
  return wanted;
}

absl::Status SubscribeHandler::Validate(const exchange::ItemContext& context,
                                        absl::string_view item) const {
  ASSIGN_OR_RETURN(const Wanted wanted, Read(context, item));
  // Not where the item is applied: verifying takes too long there. What has
  // expired meanwhile shows when something is to be told.
  v1::SubscribeCriteria criteria;
  criteria.ParseFromString(wanted.row.criteria());
  const Registry& registry = *parts_.registry;
  ASSIGN_OR_RETURN(const Permit permit,
                   JudgeStanding(registry, context.request->sender_id,
                                 criteria.authorize().text(), context.now));
  return CheckFilter(permit, *registry.catalog(), wanted.criteria);
}

void SubscribeHandler::Keys(const exchange::ItemContext& context,
                            absl::string_view item,
                            std::vector<storage::Key>* keys) const {
  const absl::StatusOr<Wanted> wanted = Read(context, item);
  if (!wanted.ok()) return;
  const Subscription& row = wanted->row;
  const storage::Space space = parts_.rows->space();
  keys->push_back(
      {space, parts_.rows->EqualKey(row.sender_id(), row.digest())});
  keys->push_back({space, parts_.rows->CountKey(row.sender_id())});
}

absl::StatusOr<exchange::ItemOutcome> SubscribeHandler::Repeat(
    const exchange::ItemContext& context, const Subscription& held,
    storage::CommitView& view) const {
  const wire::Codec& codec = parts_.registry->codec();
  ASSIGN_OR_RETURN(const bool resumed, Resume(*parts_.rows, *parts_.outbox,
                                              held, context.now, view));
  if (resumed) return OutcomeWith(codec, held, common::v1::REQUEST_STATUS_SUCC);
  ASSIGN_OR_RETURN(exchange::ItemOutcome outcome,
                   OutcomeWith(codec, held, common::v1::REQUEST_STATUS_RJCT));
  outcome.reason_code = schema::ReasonText(
      common::v1::REASON_EVENT_ALREADY_SUBSCRIBED, schema::Place::kItem);
  outcome.reason_message = "the sender has a subscription like this one";
  return outcome;
}

absl::StatusOr<exchange::ItemOutcome> SubscribeHandler::Apply(
    const exchange::ItemContext& context, absl::string_view item,
    storage::CommitView& view) const {
  if (parts_.registry->loading())
    return absl::UnavailableError("a bulk load is running");
  ASSIGN_OR_RETURN(Wanted wanted, Read(context, item));
  Subscription& row = wanted.row;
  ASSIGN_OR_RETURN(const std::optional<Subscription> held,
                   parts_.rows->FindEqual(view, row.sender_id(), row.digest()));
  if (held.has_value()) return Repeat(context, *held, view);
  ASSIGN_OR_RETURN(const int live,
                   parts_.rows->CountLive(view, row.sender_id()));
  if (live >= LimitOf(context))
    return Details(absl::StrCat("a sender has at most ", LimitOf(context),
                                " subscriptions"));
  const bool pending = row.state() == Subscription::PENDING;
  // From this commit on, whatever the clocks of others say.
  if (!pending) row.set_from(view.NextSequence());
  RETURN_IF_ERROR(parts_.rows->Put(view, nullptr, row));
  return OutcomeWith(parts_.registry->codec(), row,
                     pending ? common::v1::REQUEST_STATUS_PDNG
                             : common::v1::REQUEST_STATUS_SUCC);
}

void UnsubscribeHandler::Keys(const exchange::ItemContext& context,
                              absl::string_view bytes,
                              std::vector<storage::Key>* keys) const {
  v1::UnsubscribeRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return;
  for (const std::string& code : request.subscription_codes())
    if (code.size() <= 99)
      keys->push_back({parts_.rows->space(), parts_.rows->Key(code)});
}

absl::Status UnsubscribeHandler::End(const exchange::ItemContext& context,
                                     const Subscription& old,
                                     storage::CommitView& view) const {
  Subscription row = old;
  row.set_state(Subscription::UNSUBSCRIBED);
  row.set_ended_by(context.handle);
  row.set_until(view.NextSequence());
  // It never began, and its subscriber waits for an answer.
  if (old.state() == Subscription::PENDING) {
    row.set_closed(true);
    RETURN_IF_ERROR(CompleteRefused(parts_.complete, row, "was unsubscribed",
                                    context.now, view));
  }
  RETURN_IF_ERROR(parts_.rows->Put(view, &old, row));
  if (old.state() != Subscription::SUSPENDED) return absl::OkStatus();
  // Who can say so can be reached again: what was before the end is its own.
  return parts_.outbox
      ->Replay(view, exchange::Outbox::LaneOf(row.sender_id(), row.code()),
               context.now)
      .status();
}

absl::StatusOr<exchange::ItemOutcome> UnsubscribeHandler::Apply(
    const exchange::ItemContext& context, absl::string_view bytes,
    storage::CommitView& view) const {
  v1::UnsubscribeRequest request;
  if (!request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      request.subscription_codes().empty())
    return schema::Refusal(common::v1::REASON_SUBSCRIPTION_CODE_INVALID,
                           "subscription_codes is missing");
  std::optional<schema::Reason> refusal;
  std::vector<Subscription> own;
  // A code that is said twice is meant once.
  const std::set<std::string> codes(request.subscription_codes().begin(),
                                    request.subscription_codes().end());
  for (const std::string& code : codes) {
    ASSIGN_OR_RETURN(const std::optional<Subscription> row,
                     parts_.rows->Find(view, code));
    if (!row.has_value()) {
      refusal = common::v1::REASON_SUBSCRIPTION_CODE_INVALID;
    } else if (row->sender_id() != context.request->sender_id) {
      refusal = common::v1::REASON_REQUESTER_INVALID;
    } else {
      own.push_back(*row);
      if (!IsLive(*row))
        refusal = common::v1::REASON_EVENT_ALREADY_UNSUBSCRIBED;
    }
  }
  v1::UnsubscribeResponse response;
  for (const Subscription& row : own) {
    if (!refusal.has_value()) RETURN_IF_ERROR(End(context, row, view));
    v1::SubscriptionState* state = response.add_subscription_status();
    state->set_code(row.code());
    state->set_status(refusal.has_value() && IsLive(row)
                          ? v1::SUBSCRIPTION_STATUS_SUBSCRIBE
                          : v1::SUBSCRIPTION_STATUS_UNSUBSCRIBE);
  }
  exchange::ItemOutcome outcome;
  outcome.result = response.SerializeAsString();
  if (refusal.has_value()) {
    outcome.status = common::v1::REQUEST_STATUS_RJCT;
    outcome.reason_code = schema::ReasonText(*refusal, schema::Place::kItem);
    outcome.reason_message = "nothing was ended";
  }
  return outcome;
}

}  // namespace dci::registry
