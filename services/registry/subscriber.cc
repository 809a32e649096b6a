#include "services/registry/subscriber.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/exchange/layout.h"
#include "services/exchange/stored_rows.h"
#include "services/registry/json_value.h"

namespace dci::registry {
namespace {

using Config = config::v1::StandingSubscription;
using Row = state::StandingSubscription;

constexpr int kDefaultDays = 365;
// A refusal may be mended at the other side meanwhile.
constexpr absl::Duration kAfterRefusal = absl::Hours(1);
// The request is delivered again by the outbox; an answer that is lost at the
// other side never comes.
constexpr absl::Duration kWithoutAnswer = absl::Hours(24);

constexpr char kAlreadySubscribed[] = "rjct.event.already_subscribed";

std::string NameKey(absl::string_view name) {
  std::string key = "n";
  AppendOrderedText(&key, name);
  return key;
}

std::string CodeKey(absl::string_view publisher, absl::string_view code) {
  std::string key = "c";
  AppendOrderedText(&key, publisher);
  AppendOrderedText(&key, code);
  return key;
}

bool IsNeeded(const Row& row, absl::string_view digest, absl::Time now) {
  if (row.state() == Row::STATE_UNSPECIFIED || row.digest() != digest)
    return true;
  const absl::Time asked = absl::FromUnixMicros(row.asked_us());
  const absl::Time ends = absl::FromUnixMicros(row.ends_us());
  switch (row.state()) {
    case Row::STATE_LIVE:
      return now >= ends - (ends - asked) / 10;
    case Row::STATE_REFUSED:
      return now >= asked + kAfterRefusal;
    default:
      return now >= asked + kWithoutAnswer;
  }
}

// Of one item of an answer.
void TakeItem(const v1::SubscribeResponseItem& item, Row* row) {
  const std::string code =
      item.subscriptions_size() > 0 ? item.subscriptions(0).code() : "";
  const bool known = item.status_reason_code() == kAlreadySubscribed;
  if (item.status() == common::v1::REQUEST_STATUS_SUCC ||
      (known && !code.empty())) {
    row->set_state(Row::STATE_LIVE);
    row->set_code(code);
    row->clear_problem();
    // One that was there before ends when it was to end.
    const absl::StatusOr<absl::Time> ends =
        item.subscriptions_size() == 0
            ? absl::NotFoundError("unsaid")
            : ParseTimestamp(item.subscriptions(0).frequency().end_time());
    if (ends.ok()) row->set_ends_us(absl::ToUnixMicros(*ends));
  } else if (item.status() == common::v1::REQUEST_STATUS_RJCT) {
    row->set_state(Row::STATE_REFUSED);
    row->set_problem(absl::StrCat(item.status_reason_code(), " ",
                                  item.status_reason_message()));
  }
}

std::string StateName(Row::State state) {
  switch (state) {
    case Row::STATE_LIVE:
      return "live";
    case Row::STATE_REFUSED:
      return "refused";
    default:
      return "asked";
  }
}

}  // namespace

std::string SubscriptionCodeOf(const common::v1::MsgCallbackHeader& header) {
  const absl::StatusOr<JsonValue> meta = ParseJsonValue(header.meta().text());
  if (!meta.ok() || !meta->is_object()) return "";
  const JsonValue* code = meta->Find("subscription_code");
  return code == nullptr || !code->is_scalar() ? "" : code->text;
}

absl::StatusOr<std::unique_ptr<Subscriber>> Subscriber::Create(
    storage::Store* store, const schema::Model* model,
    const trust::ParticipantDirectory* participants,
    std::vector<Config> subscriptions, IdSource* ids) {
  ASSIGN_OR_RETURN(const storage::Space space,
                   store->FindSpace(kSubscriberSpace));
  ASSIGN_OR_RETURN(const exchange::Spaces spaces,
                   exchange::Spaces::Find(*store));
  std::unique_ptr<Subscriber> subscriber(new Subscriber(
      store, space, exchange::Outbox(spaces.outbox, ids), participants, ids));
  for (Config& config : subscriptions) {
    const std::string name = config.name();
    const absl::Status added = subscriber->Add(*model, std::move(config));
    if (!added.ok())
      return absl::InvalidArgumentError(
          absl::StrCat("subscription ", name, ": ", added.message()));
  }
  return subscriber;
}

absl::Status Subscriber::Add(const schema::Model& model, Config config) {
  if (config.name().empty() || config.publisher().empty() ||
      config.event().empty() || config.record().empty())
    return absl::InvalidArgumentError(
        "name, publisher, event and record are needed");
  for (const Kept& kept : kept_)
    if (kept.config.name() == config.name())
      return absl::InvalidArgumentError("the name is there twice");
  const schema::Service* service = model.FindService(config.service());
  Kept kept;
  if (service != nullptr) kept.subscribe = service->FindMethod("Subscribe");
  if (kept.subscribe == nullptr || service->callback_service == nullptr)
    return absl::InvalidArgumentError(
        absl::StrCat(config.service(), " cannot be subscribed at"));
  if (!config.filter().empty())
    RETURN_IF_ERROR(ParseJsonValue(config.filter()).status());
  kept.unsubscribe = service->FindMethod("Unsubscribe");
  kept.digest = Sha256(config.SerializeAsString()).substr(0, 16);
  kept.config = std::move(config);
  kept_.push_back(std::move(kept));
  auto& services = callback_services_;
  if (std::find(services.begin(), services.end(), service->callback_service) ==
      services.end())
    services.push_back(service->callback_service);
  return absl::OkStatus();
}

exchange::Outgoing Subscriber::Request(const Kept& kept, const Row& row,
                                       absl::Time now) const {
  const Config& config = kept.config;
  v1::SubscribeRequest body;
  body.set_transaction_id(row.transaction_id());
  v1::SubscribeRequestItem* item = body.add_subscribe_request();
  item->set_reference_id(config.name());
  item->set_timestamp(FormatTimestamp(now));
  v1::SubscribeCriteria* criteria = item->mutable_subscribe_criteria();
  criteria->set_reg_type(kept.subscribe->service->reg_type);
  criteria->set_reg_event_type(config.event());
  criteria->set_notify_record_type(config.record());
  v1::EventFrequency* frequency = criteria->mutable_frequency();
  frequency->set_start_time(FormatTimestamp(now));
  frequency->set_end_time(FormatTimestamp(absl::FromUnixMicros(row.ends_us())));
  if (!config.cron().empty()) frequency->set_frequency(config.cron());
  criteria->set_filter_type("expression");
  criteria->mutable_expression()->set_type("ns:org:QueryType:NoSql");
  criteria->mutable_expression()->mutable_value()->set_text(
      absl::StrCat("{\"expression\":{\"query\":",
                   config.filter().empty() ? "{}" : config.filter(), "}}"));
  exchange::Outgoing message;
  message.method = kept.subscribe;
  message.receiver_id = config.publisher();
  message.lane = absl::StrCat("subscribe-", config.name());
  message.header.set_total_count(1);
  message.body = body.SerializeAsString();
  return message;
}

exchange::Outgoing Subscriber::Farewell(const Kept& kept,
                                        const std::string& code,
                                        absl::Time now) const {
  v1::UnsubscribeRequest body;
  body.set_transaction_id(ids_->NewId());
  body.set_timestamp(FormatTimestamp(now));
  body.add_subscription_codes(code);
  exchange::Outgoing message;
  message.method = kept.unsubscribe;
  message.receiver_id = kept.config.publisher();
  message.lane = absl::StrCat("subscribe-", kept.config.name());
  message.header.set_total_count(1);
  message.body = body.SerializeAsString();
  return message;
}

absl::StatusOr<int> Subscriber::Ask(const Kept& kept, const Row& held,
                                    absl::Time now) const {
  const std::string key = NameKey(kept.config.name());
  const int days = kept.config.days() > 0 ? kept.config.days() : kDefaultDays;
  Row row;
  row.set_state(Row::STATE_ASKED);
  row.set_digest(kept.digest);
  row.set_transaction_id(ids_->NewId());
  row.set_asked_us(absl::ToUnixMicros(now));
  row.set_ends_us(absl::ToUnixMicros(now + absl::Hours(24) * days));
  std::vector<exchange::Outgoing> messages;
  // What was asked for before is not wanted any more; a renewal stands beside
  // it until it ends, so that nothing is missed.
  const bool other = held.digest() != kept.digest;
  if (other && !held.code().empty() && kept.unsubscribe != nullptr)
    messages.push_back(Farewell(kept, held.code(), now));
  if (!other) row.set_code(held.code());
  messages.push_back(Request(kept, row, now));
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store_, {{space_, key}}, [&](storage::CommitView& view) -> absl::Status {
        ASSIGN_OR_RETURN(const Row now_held,
                         exchange::ReadRow<Row>(view, space_, key));
        // An answer came meanwhile: the next pass looks again.
        if (now_held.SerializeAsString() != held.SerializeAsString()) {
          messages.clear();
          return absl::OkStatus();
        }
        for (const exchange::Outgoing& message : messages)
          RETURN_IF_ERROR(outbox_.Enqueue(view, message, now));
        view.Put(space_, key, row.SerializeAsString());
        return absl::OkStatus();
      }));
  return static_cast<int>(messages.size());
}

bool Subscriber::IsKnown(const std::string& publisher) const {
  if (participants_ == nullptr) return true;
  const auto participant = participants_->Find(publisher);
  return participant != nullptr && participant->sender_id() == publisher;
}

absl::StatusOr<int> Subscriber::ExecutePass(absl::Time now) {
  int asked = 0;
  const auto snapshot = store_->GetSnapshot();
  for (const Kept& kept : kept_) {
    ASSIGN_OR_RETURN(
        const Row row,
        exchange::ReadRow<Row>(*snapshot, space_, NameKey(kept.config.name())));
    if (!IsNeeded(row, kept.digest, now) || !IsKnown(kept.config.publisher()))
      continue;
    ASSIGN_OR_RETURN(const int more, Ask(kept, row, now));
    asked += more;
  }
  return asked;
}

absl::Status Subscriber::TakeAnswer(const exchange::ItemContext& context,
                                    const v1::SubscribeResponse& answer,
                                    storage::CommitView& view) const {
  for (const v1::SubscribeResponseItem& item : answer.subscribe_response()) {
    for (const Kept& kept : kept_) {
      const std::string& name = kept.config.name();
      if (item.reference_id() != name ||
          context.request->sender_id != kept.config.publisher())
        continue;
      ASSIGN_OR_RETURN(Row row,
                       exchange::ReadRow<Row>(view, space_, NameKey(name)));
      if (row.transaction_id() != answer.transaction_id()) continue;
      TakeItem(item, &row);
      view.Put(space_, NameKey(name), row.SerializeAsString());
      if (!row.code().empty())
        view.Put(space_, CodeKey(kept.config.publisher(), row.code()),
                 kept.config.event());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Subscriber::EventOf(const storage::View& view,
                                                absl::string_view publisher,
                                                absl::string_view code) const {
  if (code.empty()) return std::string();
  ASSIGN_OR_RETURN(std::optional<std::string> event,
                   view.Get(space_, CodeKey(publisher, code)));
  return event.value_or("");
}

absl::StatusOr<admin::v1::ListStandingSubscriptionsResponse> Subscriber::List()
    const {
  admin::v1::ListStandingSubscriptionsResponse response;
  const auto snapshot = store_->GetSnapshot();
  for (const Kept& kept : kept_) {
    ASSIGN_OR_RETURN(
        const Row row,
        exchange::ReadRow<Row>(*snapshot, space_, NameKey(kept.config.name())));
    admin::v1::StandingSubscriptionState* state = response.add_subscriptions();
    state->set_name(kept.config.name());
    state->set_publisher(kept.config.publisher());
    state->set_event(kept.config.event());
    state->set_state(StateName(row.state()));
    state->set_code(row.code());
    state->set_problem(row.problem());
    if (row.asked_us() == 0) continue;
    state->set_asked_at(FormatTimestamp(absl::FromUnixMicros(row.asked_us())));
    state->set_ends_at(FormatTimestamp(absl::FromUnixMicros(row.ends_us())));
  }
  return response;
}

}  // namespace dci::registry
