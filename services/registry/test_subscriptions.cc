#include "services/registry/test_subscriptions.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/status_macros.h"
#include "services/base/status_matchers.h"
#include "services/exchange/layout.h"
#include "services/registry/change_log.h"
#include "services/registry/test_registry.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

std::vector<std::string> AllSpaces() {
  std::vector<std::string> spaces = SpaceNames();
  for (std::string& space : exchange::ExchangeSpaces())
    spaces.push_back(std::move(space));
  return spaces;
}

std::shared_ptr<const trust::Participant> MakeSender(const std::string& id) {
  config::v1::Participant config;
  config.set_sender_id(id);
  config.set_signature(config::v1::POLICY_OFF);
  config.add_callback_bases(absl::StrCat("https://", id, ".example/dci"));
  return trust::Participant::Create(config).value();
}

}  // namespace

std::string CountedIds::NewId() { return absl::StrCat("id-", ++last_); }

TestSubscriptions::TestSubscriptions(SubscriptionsOptions options)
    : store(storage::NewMemoryStore(AllSpaces())),
      codec(&SocialModel()),
      outbox(exchange::Spaces::Find(*store)->outbox, &ids),
      options(std::move(options)) {
  registry_config.set_service(kSocialService);
  Restart();
}

void TestSubscriptions::Restart() {
  subscriptions.reset();
  registry.reset();
  auto opened = Registry::Open(store.get(), &codec, registry_config);
  ASSERT_OK(opened);
  registry = *std::move(opened);
  auto made = Subscriptions::Open(registry.get(), &outbox, options);
  ASSERT_OK(made);
  subscriptions = *std::move(made);
}

exchange::RequestContext TestSubscriptions::ContextFor(
    const std::string& sender) {
  if (!senders.contains(sender)) senders[sender] = MakeSender(sender);
  exchange::RequestContext request;
  request.sender = senders[sender];
  request.sender_id = sender;
  request.correlation_id = ids.NewId();
  request.received = now;
  request.header.set_sender_uri(
      absl::StrCat("https://", sender, ".example/dci/told"));
  return request;
}

absl::StatusOr<exchange::ItemOutcome> TestSubscriptions::Apply(
    const exchange::ItemHandler& handler,
    const exchange::RequestContext& request, const std::string& item) {
  exchange::ItemContext context;
  context.request = &request;
  context.handle = absl::StrCat(request.correlation_id, ":0");
  context.now = now;
  RETURN_IF_ERROR(handler.Validate(context, item));
  std::vector<storage::Key> keys;
  handler.Keys(context, item, &keys);
  absl::StatusOr<exchange::ItemOutcome> outcome;
  RETURN_IF_ERROR(storage::CommitAndWait(
      *store, keys, [&](storage::CommitView& view) -> absl::Status {
        outcome = handler.Apply(context, item, view);
        return outcome.status();
      }));
  return outcome;
}

absl::StatusOr<exchange::ItemOutcome> TestSubscriptions::Subscribe(
    const std::string& sender, const v1::SubscribeCriteria& criteria) {
  v1::SubscribeRequestItem item;
  item.set_locale("eng");
  *item.mutable_subscribe_criteria() = criteria;
  return Apply(SubscribeHandler(subscriptions->parts()), ContextFor(sender),
               item.SerializeAsString());
}

absl::StatusOr<exchange::ItemOutcome> TestSubscriptions::Unsubscribe(
    const std::string& sender, const std::vector<std::string>& codes) {
  v1::UnsubscribeRequest request;
  for (const std::string& code : codes) request.add_subscription_codes(code);
  return Apply(UnsubscribeHandler(subscriptions->parts()), ContextFor(sender),
               request.SerializeAsString());
}

std::string TestSubscriptions::CodeOf(
    const absl::StatusOr<exchange::ItemOutcome>& made) {
  if (!made.ok()) return "";
  v1::SubscribeResponseItem item;
  EXPECT_TRUE(item.ParseFromString(made->result));
  return item.subscriptions_size() == 1 ? item.subscriptions(0).code() : "";
}

std::string TestSubscriptions::CodeFor(const std::string& sender,
                                       const v1::SubscribeCriteria& criteria) {
  const auto made = Subscribe(sender, criteria);
  EXPECT_OK(made);
  const std::string code = CodeOf(made);
  EXPECT_FALSE(code.empty());
  return code;
}

uint64_t TestSubscriptions::Write(RecordChange change) {
  const uint64_t before =
      LastChange(*store->GetSnapshot(), registry->spaces()).value_or(0);
  std::promise<absl::StatusOr<Outcome>> written;
  registry->Commit(std::move(change), now,
                   [&](auto outcome) { written.set_value(outcome); });
  EXPECT_OK(written.get_future().get());
  const uint64_t after =
      LastChange(*store->GetSnapshot(), registry->spaces()).value_or(0);
  return after == before ? 0 : after;
}

uint64_t TestSubscriptions::PutRecord(absl::string_view type,
                                      const std::string& record) {
  auto change = registry->Upsert(type, record);
  EXPECT_OK(change);
  return Write(*std::move(change));
}

uint64_t TestSubscriptions::Put(absl::string_view id, absl::string_view score) {
  social::v1::Group group = MakeGroup(id);
  if (!score.empty()) group.set_poverty_score(std::string(score));
  return PutRecord("Group", group.SerializeAsString());
}

uint64_t TestSubscriptions::Remove(absl::string_view id) {
  auto change = registry->Delete("Group", {"HOUSEHOLD_ID", std::string(id)});
  EXPECT_OK(change);
  return Write(*std::move(change));
}

int TestSubscriptions::Pass() {
  for (int steps = 1; steps < 10000; ++steps) {
    const auto stats = subscriptions->fan_out().Execute(now);
    EXPECT_OK(stats);
    if (!stats.ok() || !stats->more) return steps;
  }
  ADD_FAILURE() << "the fan-out does not come to an end";
  return 0;
}

std::vector<Told> TestSubscriptions::Deliver() {
  std::vector<Told> told;
  while (true) {
    const auto snapshot = store->GetSnapshot();
    const auto receivers = outbox.Counts(*snapshot);
    EXPECT_OK(receivers);
    std::vector<exchange::DueLane> due;
    for (const auto& receiver : *receivers)
      EXPECT_OK(outbox.VisitDue(*snapshot, receiver.destination, now,
                                [&](exchange::DueLane lane) {
                                  due.push_back(std::move(lane));
                                  return true;
                                }));
    if (due.empty()) return told;
    for (const exchange::DueLane& lane : due) {
      const auto row = outbox.Read(*snapshot, lane.lane, lane.row.head());
      EXPECT_OK(row);
      state::Notification notification;
      EXPECT_TRUE(notification.ParseFromString(row->body()));
      told.push_back(
          {notification.code(),
           {notification.sequences().begin(), notification.sequences().end()},
           *row});
      EXPECT_OK(Commit([&](storage::CommitView& view) {
        return outbox.Delivered(view, lane.lane, lane.row.head(), now);
      }));
    }
  }
}

std::map<std::string, std::vector<uint64_t>>
TestSubscriptions::DeliverByCode() {
  std::map<std::string, std::vector<uint64_t>> by_code;
  for (const Told& told : Deliver())
    for (const uint64_t sequence : told.sequences)
      by_code[told.code].push_back(sequence);
  return by_code;
}

state::Subscription TestSubscriptions::Row(const std::string& code) const {
  const auto row = subscriptions->rows().Find(*store->GetSnapshot(), code);
  EXPECT_OK(row);
  return row->value_or(state::Subscription());
}

absl::Status TestSubscriptions::Commit(
    const std::function<absl::Status(storage::CommitView&)>& apply) {
  return storage::CommitAndWait(*store, {}, apply);
}

v1::SubscribeCriteria Criteria(absl::string_view event, absl::string_view query,
                               absl::string_view cron) {
  v1::SubscribeCriteria criteria;
  criteria.set_reg_event_type(std::string(event));
  criteria.set_notify_record_type("Group");
  criteria.set_filter_type("expression");
  criteria.mutable_expression()->set_type("ns:org:QueryType:NoSql");
  criteria.mutable_expression()->mutable_value()->set_text(
      absl::StrCat("{\"expression\":{\"query\":", query, "}}"));
  if (!cron.empty())
    criteria.mutable_frequency()->set_frequency(std::string(cron));
  return criteria;
}

}  // namespace dci::registry
