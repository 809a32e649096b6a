#include "services/registry/fan_out.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/status_matchers.h"
#include "services/registry/load.h"
#include "services/registry/test_registry.h"
#include "services/registry/test_subscriptions.h"

namespace dci::registry {
namespace {

using state::Subscription;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

v1::NotifyEventRequest BodyOf(TestSubscriptions& site, const Told& told) {
  common::v1::MsgCallbackHeader header;
  header.ParseFromString(told.row.header());
  const auto body =
      site.subscriptions->source().MakeBody(told.row.body(), header);
  EXPECT_OK(body);
  v1::NotifyEventRequest request;
  EXPECT_TRUE(body.ok() && body->has_value() &&
              request.ParseFromString(**body));
  return request;
}

TEST(FanOut, TellsOfWhatIsChangedAfterSubscribingAndMatches) {
  TestSubscriptions site;
  site.Put("0", "1");
  const std::string code = site.CodeFor(
      "sp", Criteria("created", "{\"poverty_score\":{\"$lt\":5}}"));
  const uint64_t first = site.Put("1", "4.5");
  site.Put("2", "5");
  site.Put("1", "3");  // is no creation
  const uint64_t second = site.Put("3", "-1");
  site.Pass();
  EXPECT_THAT(site.DeliverByCode(),
              ElementsAre(Pair(code, ElementsAre(first, second))));
}

TEST(FanOut, AMessageNamesItsSubscriptionEventAndRecord) {
  TestSubscriptions site;
  const std::string code =
      site.CodeFor("sp", Criteria("spdci-common:RegistryEventType:REGISTER"));
  const uint64_t sequence = site.Put("1", "4.50");
  site.Pass();
  const std::vector<Told> told = site.Deliver();
  ASSERT_EQ(told.size(), 1u);
  const exchange::stored::OutboxRow& row = told[0].row;
  EXPECT_EQ(row.method(), "dci.social.v1.SocialRegistryCallback.Notify");
  EXPECT_EQ(row.receiver_id(), "sp");
  EXPECT_EQ(row.address(), "");
  common::v1::MsgCallbackHeader header;
  ASSERT_TRUE(header.ParseFromString(row.header()));
  EXPECT_EQ(header.meta().text(),
            absl::StrCat("{\"subscription_code\":\"", code, "\"}"));
  EXPECT_EQ(header.total_count(), 1);
  const v1::NotifyEventRequest body = BodyOf(site, told[0]);
  EXPECT_EQ(body.transaction_id(), header.message_id());
  ASSERT_EQ(body.notify_event_size(), 1);
  const v1::NotifyEvent& event = body.notify_event(0);
  EXPECT_EQ(event.reference_id(), absl::StrCat(sequence));
  EXPECT_EQ(event.timestamp(), FormatTimestamp(site.now));
  EXPECT_EQ(event.locale(), "eng");
  EXPECT_EQ(event.data().reg_event_type(),
            "spdci-common:RegistryEventType:REGISTER");
  EXPECT_EQ(event.data().reg_record_type(), "Group");
  ASSERT_EQ(event.data().reg_records_size(), 1);
  social::v1::Group group;
  ASSERT_TRUE(event.data().reg_records(0).UnpackTo(&group));
  EXPECT_EQ(group.poverty_score(), "4.50");
}

TEST(FanOut, WhoAskedForEveryEventIsToldWhich) {
  TestSubscriptions site;
  site.CodeFor("sp", Criteria("any"));
  site.Put("1", "1");
  site.Put("1", "2");
  site.Remove("1");
  site.Pass();
  std::vector<std::string> events, scores;
  for (const Told& told : site.Deliver()) {
    const v1::NotifyEventRequest body = BodyOf(site, told);
    events.push_back(body.notify_event(0).data().reg_event_type());
    social::v1::Group group;
    body.notify_event(0).data().reg_records(0).UnpackTo(&group);
    scores.push_back(group.poverty_score());
  }
  EXPECT_THAT(events, ElementsAre("register", "updated", "deleted"));
  // The deleted one as it was.
  EXPECT_THAT(scores, ElementsAre("1", "2", "2"));
}

TEST(FanOut, AChangeOfManySubscriptionsIsHandedOnInParts) {
  SubscriptionsOptions options;
  options.fan_out.max_messages = 3;
  TestSubscriptions site(options);
  std::vector<std::string> codes;
  for (int i = 0; i < 10; ++i)
    codes.push_back(site.CodeFor(absl::StrCat("sp", i), Criteria("any")));
  const uint64_t sequence = site.Put("1", "1");
  for (int step = 0; step < 2; ++step) {
    const auto stats = site.subscriptions->fan_out().Execute(site.now);
    ASSERT_OK(stats);
    EXPECT_EQ(stats->notifications, 3u);
    EXPECT_TRUE(stats->more);
  }
  // One that comes in the middle of it is not concerned; one that goes is.
  site.CodeFor("late", Criteria("any"));
  ASSERT_OK(site.Unsubscribe("sp9", {codes[9]}));
  site.Restart();
  site.Pass();
  auto told = site.DeliverByCode();
  EXPECT_EQ(told.size(), 10u);
  for (const std::string& code : codes)
    EXPECT_THAT(told[code], ElementsAre(sequence));
}

TEST(FanOut, AScheduleCollectsAndSendsTogetherInOrder) {
  SubscriptionsOptions options;
  options.config.set_max_events_per_message(2);
  TestSubscriptions site(options);
  const std::string code =
      site.CodeFor("sp", Criteria("any", "{}", "0 0 12 * * ?"));
  std::vector<uint64_t> changes;
  for (int i = 0; i < 3; ++i) changes.push_back(site.Put("1", absl::StrCat(i)));
  site.Pass();
  EXPECT_THAT(site.Deliver(), IsEmpty());
  site.now += absl::Hours(6);
  site.Pass();
  const std::vector<Told> told = site.Deliver();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_THAT(told[0].sequences, ElementsAre(changes[0], changes[1]));
  EXPECT_THAT(told[1].sequences, ElementsAre(changes[2]));
  EXPECT_EQ(BodyOf(site, told[0]).notify_event_size(), 2);
  // Nothing was collected: nothing is sent.
  site.now += absl::Hours(24);
  site.Pass();
  EXPECT_THAT(site.Deliver(), IsEmpty());
}

TEST(FanOut, AScheduleMissedIsMadeUpOnce) {
  TestSubscriptions site;
  const std::string code = site.CodeFor("sp", Criteria("any", "{}", "hourly"));
  const uint64_t change = site.Put("1", "1");
  site.Pass();
  site.now += absl::Hours(50);
  site.Restart();
  site.Pass();
  EXPECT_THAT(site.DeliverByCode(),
              ElementsAre(Pair(code, ElementsAre(change))));
  EXPECT_EQ(
      FormatTimestamp(absl::FromUnixMicros(site.Row(code).next_send_us())),
      "2026-11-26T09:00:00.000Z");
}

TEST(FanOut, StartAndEndCutWhatIsToldAndWhatWasCollectedStillGoes) {
  TestSubscriptions site;
  v1::SubscribeCriteria criteria = Criteria("any", "{}", "0 0 0 1 1 ?");
  criteria.mutable_frequency()->set_start_time(
      FormatTimestamp(site.now + absl::Hours(1)));
  criteria.mutable_frequency()->set_end_time(
      FormatTimestamp(site.now + absl::Hours(2)));
  const std::string code = site.CodeFor("sp", criteria);
  site.Put("1", "early");
  site.now += absl::Hours(1);
  const uint64_t change = site.Put("1", "within");
  site.Pass();
  site.now += absl::Hours(1);
  site.Put("1", "late");
  site.Pass();
  EXPECT_THAT(site.DeliverByCode(),
              ElementsAre(Pair(code, ElementsAre(change))));
  EXPECT_EQ(site.Row(code).state(), Subscription::EXPIRED);
  EXPECT_TRUE(site.Row(code).closed());
}

TEST(FanOut, AStoppedSubscriptionGoesOnWhereItStopped) {
  TestSubscriptions site;
  const std::string code = site.CodeFor("sp", Criteria("any"));
  const std::string other = site.CodeFor("other", Criteria("any"));
  const uint64_t first = site.Put("1", "1");
  site.Pass();
  ASSERT_OK(site.Commit([&](storage::CommitView& view) {
    return Suspend(site.subscriptions->rows(), code, "tried", site.now, view)
        .status();
  }));
  const uint64_t second = site.Put("1", "2");
  site.Pass();
  EXPECT_THAT(site.DeliverByCode(),
              UnorderedElementsAre(Pair(code, ElementsAre(first)),
                                   Pair(other, ElementsAre(first, second))));
  EXPECT_EQ(site.subscriptions->fan_out().Counts().suspended, 1u);
  // The same again resumes it, under its code.
  const auto again = site.Subscribe("sp", Criteria("any"));
  ASSERT_OK(again);
  EXPECT_EQ(again->status, common::v1::REQUEST_STATUS_SUCC);
  EXPECT_EQ(TestSubscriptions::CodeOf(again), code);
  const uint64_t third = site.Put("1", "3");
  site.Pass();
  EXPECT_THAT(site.DeliverByCode()[code], ElementsAre(second, third));
}

TEST(FanOut, ManyFailuresSuspendAndParkTheLane) {
  SubscriptionsOptions options;
  options.config.set_max_failures(2);
  TestSubscriptions site(options);
  const std::string code = site.CodeFor("sp", Criteria("any"));
  const uint64_t first = site.Put("1", "1");
  site.Pass();
  state::Notification notification;
  notification.set_code(code);
  const std::string reference = notification.SerializeAsString();
  const auto fail = [&](int attempts, bool parked) {
    absl::StatusOr<bool> park;
    EXPECT_OK(site.Commit([&](storage::CommitView& view) -> absl::Status {
      park = site.subscriptions->source().TakeFailure(
          reference, {attempts, parked, "HTTP 500"}, site.now, view);
      if (!*park) return absl::OkStatus();
      return site.outbox.Park(view, exchange::Outbox::LaneOf("sp", code), 0,
                              "HTTP 500");
    }));
    return park.value();
  };
  EXPECT_FALSE(fail(1, false));
  EXPECT_EQ(site.Row(code).state(), Subscription::ACTIVE);
  EXPECT_TRUE(fail(2, false));
  EXPECT_EQ(site.Row(code).state(), Subscription::SUSPENDED);
  EXPECT_THAT(site.Row(code).note(), HasSubstr("HTTP 500"));
  const uint64_t second = site.Put("1", "2");
  site.Pass();
  EXPECT_THAT(site.Deliver(), IsEmpty());
  // Who unsubscribes is there again, and gets what is left.
  ASSERT_OK(site.Unsubscribe("sp", {code}));
  site.Put("1", "3");
  site.Pass();
  EXPECT_THAT(site.DeliverByCode()[code], ElementsAre(first, second));
  EXPECT_TRUE(site.Row(code).closed());
}

TEST(FanOut, AnUnsubscribedOneGetsWhatWasBefore) {
  TestSubscriptions site;
  const std::string code = site.CodeFor("sp", Criteria("any"));
  const uint64_t change = site.Put("1", "1");
  ASSERT_OK(site.Unsubscribe("sp", {code}));
  site.Put("1", "2");
  site.Pass();
  EXPECT_THAT(site.DeliverByCode(),
              ElementsAre(Pair(code, ElementsAre(change))));
}

TEST(FanOut, AFilterThatCannotBeReadAnyMoreStopsItsSubscription) {
  TestSubscriptions site;
  config::v1::NamedQueryConfig* query =
      site.registry_config.add_named_queries();
  query->set_name("poor");
  query->set_record("Group");
  query->set_query("{\"poverty_score\":{\"$lt\":5}}");
  site.Restart();
  v1::SubscribeCriteria criteria = Criteria("any");
  criteria.mutable_named_query()->set_query_name("poor");
  const std::string code = site.CodeFor("sp", criteria);
  const uint64_t first = site.Put("1", "1");
  site.Pass();
  site.registry_config.clear_named_queries();
  site.Restart();
  const uint64_t second = site.Put("2", "1");
  site.Pass();
  EXPECT_EQ(site.Row(code).state(), Subscription::SUSPENDED);
  EXPECT_THAT(site.Row(code).note(), HasSubstr("schema"));
  *site.registry_config.add_named_queries() = *query;
  site.registry_config.mutable_named_queries(0)->set_name("poor");
  site.registry_config.mutable_named_queries(0)->set_record("Group");
  site.registry_config.mutable_named_queries(0)->set_query(
      "{\"poverty_score\":{\"$lt\":5}}");
  site.Restart();
  ASSERT_OK(site.Subscribe("sp", criteria));
  site.Pass();
  EXPECT_THAT(site.DeliverByCode()[code], ElementsAre(first, second));
}

TEST(FanOut, ABulkLoadIsNoneWhileSomebodyIsToBeTold) {
  TestSubscriptions site;
  const std::string code = site.CodeFor("sp", Criteria("created"));
  Loader loader(site.registry.get(), LoadOptions());
  for (int i = 0; i < 3; ++i)
    ASSERT_OK(loader.AddWire("Group",
                             MakeGroup(absl::StrCat(i)).SerializeAsString()));
  const auto stats = loader.Finish();
  ASSERT_OK(stats);
  EXPECT_FALSE(stats->bulk);
  site.Pass();
  EXPECT_EQ(site.DeliverByCode()[code].size(), 3u);
}

}  // namespace
}  // namespace dci::registry
