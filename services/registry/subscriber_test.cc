#include "services/registry/subscriber.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/layout.h"
#include "services/exchange/outbox.h"
#include "services/registry/follower_site.h"
#include "services/trust/participants.h"

namespace dci::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class SubscriberTest : public ::testing::Test {
 protected:
  SubscriberTest()
      : site_({kBirthRule}),
        outbox_(exchange::Spaces::Find(*site_.store)->outbox,
                IdSource::Random()) {
    request_.sender_id = "civil";
    context_.request = &request_;
    config_.set_name("births");
    config_.set_publisher("civil");
    config_.set_service("dci.crvs.v1.CivilRegistry");
    config_.set_event("LiveBirth");
    config_.set_record("Person");
    Make();
  }

  void Make() {
    auto made = Subscriber::Create(site_.store.get(), &FollowerModel(),
                                   participants_.get(), {config_});
    ASSERT_OK(made);
    subscriber_ = *std::move(made);
  }
  int Pass(absl::Duration later = absl::ZeroDuration()) {
    now_ += later;
    const auto asked = subscriber_->ExecutePass(now_);
    EXPECT_OK(asked);
    return asked.value_or(-1);
  }
  // The message that leaves next, which is then taken away.
  exchange::stored::OutboxRow TakeSent() {
    exchange::stored::OutboxRow row;
    const auto snapshot = site_.store->GetSnapshot();
    EXPECT_OK(
        outbox_.VisitDue(*snapshot, "civil", now_, [&](exchange::DueLane due) {
          row = *outbox_.Read(*snapshot, due.lane, due.row.head());
          EXPECT_OK(storage::CommitAndWait(
              *site_.store, {}, [&](storage::CommitView& view) {
                return outbox_.Delivered(view, due.lane, due.row.head(), now_);
              }));
          return false;
        }));
    return row;
  }
  v1::SubscribeRequest Sent() {
    v1::SubscribeRequest request;
    EXPECT_TRUE(request.ParseFromString(TakeSent().body()));
    return request;
  }
  v1::SubscribeResponse AnswerTo(const v1::SubscribeRequest& request,
                                 common::v1::RequestStatus status,
                                 const std::string& code,
                                 const std::string& reason = "") {
    v1::SubscribeResponse answer;
    answer.set_transaction_id(request.transaction_id());
    auto* item = answer.add_subscribe_response();
    item->set_reference_id(request.subscribe_request(0).reference_id());
    item->set_status(status);
    if (!reason.empty()) item->set_status_reason_code(reason);
    if (!code.empty()) item->add_subscriptions()->set_code(code);
    return answer;
  }
  void Take(const v1::SubscribeResponse& answer) {
    ASSERT_OK(storage::CommitAndWait(
        *site_.store, {}, [&](storage::CommitView& view) {
          return subscriber_->TakeAnswer(context_, answer, view);
        }));
  }
  std::string State() {
    const auto list = subscriber_->List();
    EXPECT_OK(list);
    return list->subscriptions(0).state();
  }
  std::string EventOf(const std::string& code) {
    return *subscriber_->EventOf(*site_.store->GetSnapshot(), "civil", code);
  }

  FollowerSite site_;
  exchange::Outbox outbox_;
  exchange::RequestContext request_;
  exchange::ItemContext context_;
  config::v1::StandingSubscription config_;
  std::unique_ptr<trust::FixedDirectory> participants_;
  std::unique_ptr<Subscriber> subscriber_;
  absl::Time now_ = absl::FromUnixSeconds(1795502400);
};

TEST_F(SubscriberTest, AsksOnceAndGoesOnAfterARestart) {
  EXPECT_EQ(Pass(), 1);
  const v1::SubscribeRequest request = Sent();
  const v1::SubscribeCriteria& criteria =
      request.subscribe_request(0).subscribe_criteria();
  EXPECT_EQ(criteria.reg_event_type(), "LiveBirth");
  EXPECT_EQ(criteria.notify_record_type(), "Person");
  EXPECT_EQ(criteria.frequency().start_time(), "2026-11-24T06:40:00.000Z");
  EXPECT_EQ(Pass(), 0);
  Make();
  EXPECT_EQ(Pass(), 0);
  Take(AnswerTo(request, common::v1::REQUEST_STATUS_SUCC, "s-1"));
  EXPECT_EQ(State(), "live");
  EXPECT_EQ(EventOf("s-1"), "LiveBirth");
  EXPECT_EQ(EventOf("s-2"), "");
  Make();
  EXPECT_EQ(Pass(absl::Hours(24 * 300)), 0);
}

TEST_F(SubscriberTest, AsksOnlyWhoIsKnownByName) {
  const auto know = [&](const std::string& sender) {
    config::v1::Participant participant;
    participant.set_sender_id(sender);
    participant.set_signature(config::v1::POLICY_OFF);
    auto directory = trust::FixedDirectory::Create({participant});
    ASSERT_OK(directory);
    participants_ = *std::move(directory);
    Make();
  };
  know("*");
  EXPECT_EQ(Pass(), 0);
  know("civil");
  EXPECT_EQ(Pass(), 1);
}

TEST_F(SubscriberTest, RenewsBeforeTheEnd) {
  config_.set_days(10);
  Make();
  Pass();
  Take(AnswerTo(Sent(), common::v1::REQUEST_STATUS_SUCC, "s-1"));
  EXPECT_EQ(Pass(absl::Hours(24 * 8)), 0);
  EXPECT_EQ(Pass(absl::Hours(24 * 1)), 1);
  EXPECT_EQ(
      Sent().subscribe_request(0).subscribe_criteria().frequency().end_time(),
      "2026-12-13T06:40:00.000Z");
}

TEST_F(SubscriberTest, AnExistingSubscriptionIsTakenAsItsOwn) {
  Pass();
  Take(AnswerTo(Sent(), common::v1::REQUEST_STATUS_RJCT, "s-9",
                "rjct.event.already_subscribed"));
  EXPECT_EQ(State(), "live");
  EXPECT_EQ(EventOf("s-9"), "LiveBirth");
  EXPECT_EQ(subscriber_->List()->subscriptions(0).ends_at(),
            "2027-11-24T06:40:00.000Z");
  EXPECT_EQ(Pass(absl::Hours(24 * 365)), 1);
  v1::SubscribeResponse known =
      AnswerTo(Sent(), common::v1::REQUEST_STATUS_RJCT, "s-9",
               "rjct.event.already_subscribed");
  known.mutable_subscribe_response(0)
      ->mutable_subscriptions(0)
      ->mutable_frequency()
      ->set_end_time("2027-12-01T00:00:00Z");
  Take(known);
  EXPECT_EQ(subscriber_->List()->subscriptions(0).ends_at(),
            "2027-12-01T00:00:00.000Z");
}

TEST_F(SubscriberTest, ARefusalIsToldAndTriedAgainLater) {
  Pass();
  Take(AnswerTo(Sent(), common::v1::REQUEST_STATUS_RJCT, "",
                "rjct.notify_types.invalid"));
  EXPECT_EQ(State(), "refused");
  EXPECT_THAT(subscriber_->List()->subscriptions(0).problem(),
              HasSubstr("rjct.notify_types.invalid"));
  EXPECT_EQ(Pass(absl::Minutes(59)), 0);
  EXPECT_EQ(Pass(absl::Minutes(1)), 1);
}

TEST_F(SubscriberTest, APendingAnswerLeavesItOpen) {
  Pass();
  const v1::SubscribeRequest request = Sent();
  Take(AnswerTo(request, common::v1::REQUEST_STATUS_PDNG, ""));
  EXPECT_EQ(State(), "asked");
  Take(AnswerTo(request, common::v1::REQUEST_STATUS_SUCC, "s-1"));
  EXPECT_EQ(State(), "live");
}

TEST_F(SubscriberTest, AStrangersAnswerAndALateOneChangeNothing) {
  Pass();
  const v1::SubscribeRequest first = Sent();
  request_.sender_id = "stranger";
  Take(AnswerTo(first, common::v1::REQUEST_STATUS_SUCC, "evil"));
  EXPECT_EQ(State(), "asked");
  request_.sender_id = "civil";
  EXPECT_EQ(Pass(absl::Hours(25)), 1);
  Take(AnswerTo(first, common::v1::REQUEST_STATUS_SUCC, "s-1"));
  EXPECT_EQ(State(), "asked");
}

TEST_F(SubscriberTest, AnotherConfigurationReplacesTheSubscription) {
  Pass();
  Take(AnswerTo(Sent(), common::v1::REQUEST_STATUS_SUCC, "s-1"));
  config_.set_filter("{\"sex\":\"female\"}");
  Make();
  EXPECT_EQ(Pass(), 2);
  v1::UnsubscribeRequest farewell;
  ASSERT_TRUE(farewell.ParseFromString(TakeSent().body()));
  EXPECT_EQ(farewell.subscription_codes(0), "s-1");
  EXPECT_THAT(Sent()
                  .subscribe_request(0)
                  .subscribe_criteria()
                  .expression()
                  .value()
                  .text(),
              HasSubstr("female"));
}

TEST_F(SubscriberTest, AConfigurationThatCannotWorkIsRefused) {
  const auto refused = [&](const config::v1::StandingSubscription& config) {
    return Subscriber::Create(site_.store.get(), &FollowerModel(), nullptr,
                              {config_, config})
        .status();
  };
  EXPECT_THAT(refused(config_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
  config::v1::StandingSubscription other = config_;
  other.set_name("other");
  other.set_service("dci.crvs.v1.CivilRegistryCallback");
  EXPECT_THAT(refused(other), StatusIs(absl::StatusCode::kInvalidArgument));
  other.set_service("dci.crvs.v1.CivilRegistry");
  other.set_filter("{");
  EXPECT_THAT(refused(other), StatusIs(absl::StatusCode::kInvalidArgument));
  other.clear_filter();
  EXPECT_OK(refused(other));
}

TEST(SubscriptionCodeTest, IsReadFromMetaWhateverStandsThere) {
  common::v1::MsgCallbackHeader header;
  EXPECT_EQ(SubscriptionCodeOf(header), "");
  header.mutable_meta()->set_text("{\"subscription_code\":\"s-1\",\"x\":1}");
  EXPECT_EQ(SubscriptionCodeOf(header), "s-1");
  for (const char* text : {"[]", "\"s\"", "{", "{\"subscription_code\":{}}"}) {
    header.mutable_meta()->set_text(text);
    EXPECT_EQ(SubscriptionCodeOf(header), "") << text;
  }
}

}  // namespace
}  // namespace dci::registry
