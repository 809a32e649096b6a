// Subscribing and unsubscribing, and what the operator does with it.
#include "services/registry/subscription_handlers.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/status_matchers.h"
#include "services/registry/subscription_operator.h"
#include "services/registry/test_subscriptions.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using common::v1::REQUEST_STATUS_PDNG;
using common::v1::REQUEST_STATUS_RJCT;
using common::v1::REQUEST_STATUS_SUCC;
using state::Subscription;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

v1::SubscriptionInfo InfoIn(const exchange::ItemOutcome& outcome) {
  v1::SubscribeResponseItem item;
  EXPECT_TRUE(item.ParseFromString(outcome.result));
  EXPECT_EQ(item.subscriptions_size(), 1);
  return item.subscriptions(0);
}

v1::UnsubscribeResponse EndedIn(const exchange::ItemOutcome& outcome) {
  v1::UnsubscribeResponse response;
  EXPECT_TRUE(response.ParseFromString(outcome.result));
  return response;
}

// What the exchange is told to complete.
struct Completed {
  SubscriptionsOptions Options() {
    SubscriptionsOptions options;
    options.complete = [this](storage::CommitView&, const auto& completions,
                              absl::Time) {
      all.insert(all.end(), completions.begin(), completions.end());
      return absl::OkStatus();
    };
    return options;
  }
  std::vector<exchange::Completion> all;
};

TEST(Subscribe, SaysWhatIsHeld) {
  TestSubscriptions site;
  v1::SubscribeCriteria criteria =
      Criteria("created", "{\"poverty_score\":1}", "daily");
  criteria.set_reg_type("ns:org:RegistryType:Social");
  const auto made = site.Subscribe("sp", criteria);
  ASSERT_OK(made);
  EXPECT_EQ(made->status, REQUEST_STATUS_SUCC);
  const v1::SubscriptionInfo info = InfoIn(*made);
  EXPECT_EQ(info.code().size(), 36u);
  EXPECT_EQ(info.status(), v1::SUBSCRIPTION_STATUS_SUBSCRIBE);
  EXPECT_EQ(info.timestamp(), FormatTimestamp(site.now));
  EXPECT_EQ(info.reg_event_type(), "created");
  EXPECT_EQ(info.frequency().frequency(), "daily");
  EXPECT_EQ(info.filter_type(), "expression");
  EXPECT_THAT(info.filter().text(), HasSubstr("\"poverty_score\":1"));
  EXPECT_EQ(info.notify_record_type(), "Group");
}

TEST(Subscribe, TheSameOfOneSenderIsOne) {
  TestSubscriptions site;
  const std::string code = site.CodeFor("sp", Criteria("created"));
  const auto again = site.Subscribe("sp", Criteria("ns:Create"));
  ASSERT_OK(again);
  EXPECT_EQ(again->status, REQUEST_STATUS_RJCT);
  EXPECT_EQ(again->reason_code, "rjct.event.already_subscribed");
  EXPECT_EQ(InfoIn(*again).code(), code);
  EXPECT_NE(site.CodeFor("other", Criteria("created")), code);
  ASSERT_OK(site.Unsubscribe("sp", {code}));
  const auto anew = site.Subscribe("sp", Criteria("created"));
  ASSERT_OK(anew);
  EXPECT_EQ(anew->status, REQUEST_STATUS_SUCC);
  EXPECT_NE(InfoIn(*anew).code(), code);
}

TEST(Subscribe, ASenderHasAsManyAsItMayHave) {
  SubscriptionsOptions options;
  options.config.set_max_per_sender(2);
  TestSubscriptions site(options);
  const std::string first = site.CodeFor("sp", Criteria("created"));
  site.CodeFor("sp", Criteria("updated"));
  const auto third = site.Subscribe("sp", Criteria("deleted"));
  EXPECT_EQ(schema::ReasonOf(third.status()),
            common::v1::REASON_NOTIFY_DETAILS_INVALID);
  EXPECT_THAT(std::string(third.status().message()), HasSubstr("at most 2"));
  // An ended one makes room.
  ASSERT_OK(site.Unsubscribe("sp", {first}));
  site.CodeFor("sp", Criteria("deleted"));
  config::v1::Participant many;
  many.set_sender_id("many");
  many.add_callback_bases("https://many.example");
  many.set_signature(config::v1::POLICY_OFF);
  many.mutable_subscriptions()->set_max_subscriptions(3);
  site.senders["many"] = trust::Participant::Create(many).value();
  for (const char* event : {"created", "updated", "deleted"})
    site.CodeFor("many", Criteria(event));
}

TEST(Subscribe, TheTimesMustBeSuchThatSomethingCanBeTold) {
  SubscriptionsOptions options;
  options.config.set_max_days(30);
  TestSubscriptions site(options);
  const auto until = [&](absl::Time end, const char* cron = "") {
    v1::SubscribeCriteria criteria = Criteria("created", "{}", cron);
    criteria.mutable_frequency()->set_end_time(FormatTimestamp(end));
    return site.Subscribe("sp", criteria).status();
  };
  EXPECT_FALSE(until(site.now).ok());
  EXPECT_FALSE(until(site.now + absl::Hours(24 * 31)).ok());
  EXPECT_FALSE(until(site.now + absl::Hours(1), "0 0 0 30 2 ?").ok());
  EXPECT_FALSE(site.Subscribe("sp", Criteria("created")).ok());
  EXPECT_OK(until(site.now + absl::Hours(1)));
}

TEST(Subscribe, TheAddressIsTheOneOfTheSetting) {
  TestSubscriptions site;
  config::v1::Participant own;
  own.set_sender_id("own");
  own.set_signature(config::v1::POLICY_OFF);
  own.add_callback_bases("https://own.example/dci");
  own.mutable_subscriptions()->set_notify_to(config::v1::NOTIFY_TO_SENDER_URI);
  site.senders["own"] = trust::Participant::Create(own).value();
  const std::string code = site.CodeFor("own", Criteria("created"));
  EXPECT_EQ(site.Row(code).address(), "https://own.example/dci/told");
  site.Put("1", "1");
  site.Pass();
  const std::vector<Told> told = site.Deliver();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].row.address(), "https://own.example/dci/told");
  EXPECT_TRUE(told[0].row.address_is_complete());
  // Outside the bases, or none at all.
  own.set_callback_bases(0, "https://elsewhere.example");
  site.senders["own"] = trust::Participant::Create(own).value();
  EXPECT_EQ(
      schema::ReasonOf(site.Subscribe("own", Criteria("deleted")).status()),
      common::v1::REASON_NOTIFY_DETAILS_INVALID);
  own.clear_callback_bases();
  own.clear_subscriptions();
  site.senders["own"] = trust::Participant::Create(own).value();
  EXPECT_FALSE(site.Subscribe("own", Criteria("deleted")).ok());
}

TEST(Subscribe, WaitsForApproval) {
  Completed completed;
  SubscriptionsOptions options = completed.Options();
  options.config.set_approval(true);
  TestSubscriptions site(options);
  SubscriptionOperator op({site.subscriptions.get()}, nullptr);
  const auto made = site.Subscribe("sp", Criteria("any"));
  ASSERT_OK(made);
  EXPECT_EQ(made->status, REQUEST_STATUS_PDNG);
  const std::string code = InfoIn(*made).code();
  site.Put("1", "early");
  site.Pass();
  admin::v1::ApproveSubscriptionRequest approve;
  approve.set_code(code);
  const auto approved = op.Approve(approve, site.now);
  ASSERT_OK(approved);
  EXPECT_EQ(approved->subscription().state(),
            admin::v1::SUBSCRIPTION_STATE_ACTIVE);
  ASSERT_EQ(completed.all.size(), 1u);
  EXPECT_EQ(completed.all[0].outcome.status, REQUEST_STATUS_SUCC);
  EXPECT_EQ(InfoIn(completed.all[0].outcome).code(), code);
  const uint64_t change = site.Put("1", "now");
  site.Pass();
  EXPECT_THAT(site.DeliverByCode(),
              ElementsAre(Pair(code, ElementsAre(change))));
  EXPECT_TRUE(absl::IsInvalidArgument(op.Approve(approve, site.now).status()));
}

TEST(Subscribe, IsRefusedByTheOperatorOrRunsOut) {
  Completed completed;
  SubscriptionsOptions options = completed.Options();
  options.config.set_approval(true);
  TestSubscriptions site(options);
  SubscriptionOperator op({site.subscriptions.get()}, nullptr);
  admin::v1::ApproveSubscriptionRequest refuse;
  refuse.set_code(site.CodeFor("sp", Criteria("any")));
  refuse.set_refuse("no agreement");
  ASSERT_OK(op.Approve(refuse, site.now));
  v1::SubscribeCriteria criteria = Criteria("any");
  criteria.mutable_frequency()->set_end_time(
      FormatTimestamp(site.now + absl::Hours(1)));
  const std::string code = site.CodeFor("sp", criteria);
  site.now += absl::Hours(2);
  site.Pass();
  ASSERT_EQ(completed.all.size(), 2u);
  for (const exchange::Completion& one : completed.all)
    EXPECT_EQ(one.outcome.status, REQUEST_STATUS_RJCT);
  EXPECT_EQ(completed.all[0].outcome.reason_message, "no agreement");
  EXPECT_EQ(site.Row(code).state(), Subscription::EXPIRED);
}

TEST(Unsubscribe, AllOrNothingAndByTheOwnerAlone) {
  TestSubscriptions site;
  const std::string first = site.CodeFor("sp", Criteria("created"));
  const std::string second = site.CodeFor("sp", Criteria("deleted"));
  const std::string foreign = site.CodeFor("other", Criteria("created"));
  const auto reason = [&](const std::vector<std::string>& codes) {
    const auto ended = site.Unsubscribe("sp", codes);
    EXPECT_OK(ended);
    return ended->reason_code;
  };
  EXPECT_EQ(reason({first, foreign}), "rjct.requester.invalid");
  EXPECT_EQ(reason({first, "none"}), "rjct.subscription_code.invalid");
  EXPECT_EQ(reason({first, std::string(5000, 'x')}),
            "rjct.subscription_code.invalid");
  EXPECT_EQ(site.Row(first).state(), Subscription::ACTIVE);
  EXPECT_FALSE(site.Unsubscribe("sp", {}).ok());
  const auto ended = site.Unsubscribe("sp", {first, second, first});
  ASSERT_OK(ended);
  EXPECT_EQ(ended->status, REQUEST_STATUS_SUCC);
  const v1::UnsubscribeResponse response = EndedIn(*ended);
  ASSERT_EQ(response.subscription_status_size(), 2);
  for (const v1::SubscriptionState& state : response.subscription_status())
    EXPECT_EQ(state.status(), v1::SUBSCRIPTION_STATUS_UNSUBSCRIBE);
  EXPECT_EQ(reason({first}), "rjct.event.already_unsubscribed");
  EXPECT_EQ(site.Row(foreign).state(), Subscription::ACTIVE);
}

TEST(Operator, ListsBySenderStateAndPage) {
  TestSubscriptions site;
  SubscriptionOperator op({site.subscriptions.get()}, nullptr);
  std::vector<std::string> codes;
  for (int i = 0; i < 5; ++i)
    codes.push_back(site.CodeFor(
        i < 3 ? "sp" : "other",
        Criteria("created", absl::StrCat("{\"poverty_score\":", i, "}"))));
  ASSERT_OK(site.Unsubscribe("sp", {codes[0]}));
  admin::v1::ListSubscriptionsRequest request;
  request.set_sender_id("sp");
  request.set_state(admin::v1::SUBSCRIPTION_STATE_ACTIVE);
  auto listed = op.List(request);
  ASSERT_OK(listed);
  EXPECT_EQ(listed->subscriptions_size(), 2);
  EXPECT_THAT(listed->subscriptions(0).filter(),
              HasSubstr("poverty_score in 1"));
  request.Clear();
  request.set_limit(2);
  int pages = 0, all = 0;
  do {
    listed = op.List(request);
    ASSERT_OK(listed);
    all += listed->subscriptions_size();
    request.set_position(listed->next());
    ++pages;
  } while (!listed->next().empty());
  EXPECT_EQ(all, 5);
  EXPECT_EQ(pages, 3);
  request.set_service("dci.none.v1.Registry");
  EXPECT_TRUE(absl::IsNotFound(op.List(request).status()));
}

TEST(Operator, StopsResumesAndRemoves) {
  TestSubscriptions site;
  int woken = 0;
  SubscriptionOperator op({site.subscriptions.get()}, [&] { ++woken; });
  const std::string code = site.CodeFor("sp", Criteria("any"));
  admin::v1::SuspendSubscriptionRequest suspend;
  suspend.set_code(code);
  suspend.set_reason("asked by phone");
  ASSERT_OK(op.Suspend(suspend, site.now));
  EXPECT_TRUE(absl::IsInvalidArgument(op.Suspend(suspend, site.now).status()));
  EXPECT_EQ(site.Row(code).note(), "asked by phone");
  const uint64_t change = site.Put("1", "1");
  site.Pass();
  EXPECT_THAT(site.Deliver(), IsEmpty());
  admin::v1::ResumeSubscriptionRequest resume;
  resume.set_code(code);
  ASSERT_OK(op.Resume(resume, site.now));
  site.Pass();
  EXPECT_THAT(site.DeliverByCode()[code], ElementsAre(change));
  // What waits for a removed one is dropped when its turn comes.
  site.Put("1", "2");
  site.Pass();
  admin::v1::DeleteSubscriptionRequest gone;
  gone.set_code(code);
  const auto removed = op.Delete(gone, site.now);
  ASSERT_OK(removed);
  EXPECT_TRUE(removed->deleted());
  EXPECT_FALSE(op.Delete(gone, site.now)->deleted());
  for (const Told& told : site.Deliver()) {
    const auto body = site.subscriptions->source().MakeBody(
        told.row.body(), common::v1::MsgCallbackHeader());
    ASSERT_OK(body);
    EXPECT_FALSE(body->has_value());
  }
  site.Put("1", "3");
  site.Pass();
  EXPECT_THAT(site.Deliver(), IsEmpty());
  EXPECT_EQ(woken, 3);
  // Its sender may begin anew.
  site.CodeFor("sp", Criteria("any"));
}

}  // namespace
}  // namespace dci::registry
