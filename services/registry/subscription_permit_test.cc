// What subscriptions and watches tell a sender that may not see everything.
#include "services/registry/subscription_permit.h"

#include <memory>
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/base/status_matchers.h"
#include "services/registry/consent.h"
#include "services/registry/test_registry.h"
#include "services/registry/test_subscriptions.h"
#include "services/registry/watch.h"
#include "services/schema/reason.h"
#include "services/trust/participants.h"
#include "services/trust/testing.h"

namespace dci::registry {
namespace {

namespace common = ::dci::common::v1;

constexpr char kConfig[] = R"(
  purposes {
    code: "poverty"
    records { record: "Group" paths: "poverty_score" }
  }
)";
constexpr char kAuthorize[] = R"({"purpose":{"code":"poverty"}})";

class SubscriptionPermitTest : public testing::Test {
 protected:
  SubscriptionPermitTest() {
    config::v1::ConsentConfig config;
    EXPECT_TRUE(
        google::protobuf::TextFormat::ParseFromString(kConfig, &config));
    gate_ = ConsentGate::Create(config, SocialModel(), nullptr).value();
    Allow("poverty");
  }

  // The sender's policy from now on.
  void Allow(const std::string& purpose) {
    config::v1::Participant sender = trust::testing::Undemanding("sp");
    sender.mutable_consent()->add_purposes(purpose);
    directory_ = trust::FixedDirectory::Create({sender}).value();
    site_.registry->SetReadRules({nullptr, gate_.get(), directory_.get()});
  }

  static v1::SubscribeCriteria With(v1::SubscribeCriteria criteria,
                                    const char* authorize = kAuthorize) {
    criteria.mutable_authorize()->set_text(authorize);
    return criteria;
  }
  common::Reason ReasonFor(const v1::SubscribeCriteria& criteria) {
    return schema::ReasonOf(site_.Subscribe("sp", criteria).status());
  }
  // The body of the only notification; nothing where it is dropped.
  std::optional<v1::NotifyEventRequest> Body() {
    const std::vector<Told> told = site_.Deliver();
    EXPECT_EQ(told.size(), 1u);
    if (told.empty()) return std::nullopt;
    common::MsgCallbackHeader header;
    header.set_message_ts(FormatTimestamp(site_.now));
    const auto body =
        site_.subscriptions->source().MakeBody(told[0].row.body(), header);
    EXPECT_OK(body);
    v1::NotifyEventRequest request;
    if (!body.ok() || !body->has_value() || !request.ParseFromString(**body))
      return std::nullopt;
    return request;
  }
  absl::StatusOr<WatchAnswer> Watch(const std::string& code) {
    const WatchReader reader(site_.subscriptions.get());
    ext::v1::WatchRequest request;
    request.set_cursor("earliest");
    request.set_subscription_code(code);
    const auto snapshot = site_.store->GetSnapshot();
    ASSIGN_OR_RETURN(WatchQuery query, reader.Read(request, "sp", *snapshot));
    return reader.Collect(*snapshot, &query, site_.now);
  }

  TestSubscriptions site_;
  std::unique_ptr<ConsentGate> gate_;
  std::unique_ptr<trust::FixedDirectory> directory_;
};

TEST_F(SubscriptionPermitTest, APurposeIsStatedAndMayBeHad) {
  EXPECT_EQ(ReasonFor(Criteria("any")), common::REASON_PURPOSE_INVALID);
  EXPECT_EQ(ReasonFor(With(Criteria("any"), R"({"purpose":{"code":"x"}})")),
            common::REASON_PURPOSE_INVALID);
  EXPECT_OK(site_.Subscribe("sp", With(Criteria("any"))));
}

TEST_F(SubscriptionPermitTest, AFilterUsesWhatMayBeSeen) {
  EXPECT_EQ(ReasonFor(With(Criteria("any", R"({"group_size":"3"})"))),
            common::REASON_ATTRIBUTE_FORBIDDEN);
  EXPECT_OK(site_.Subscribe(
      "sp", With(Criteria("any", R"({"poverty_score":{"$lt":5}})"))));
}

TEST_F(SubscriptionPermitTest, ANotificationHasWhatMayBeSeenAndNoMore) {
  site_.CodeFor("sp", With(Criteria("any")));
  site_.Put("1", "4");
  site_.Pass();
  const auto body = Body();
  ASSERT_TRUE(body.has_value());
  ASSERT_EQ(body->notify_event_size(), 1);
  social::v1::Group group;
  ASSERT_TRUE(body->notify_event(0).data().reg_records(0).UnpackTo(&group));
  EXPECT_EQ(group.poverty_score(), "4");
  EXPECT_EQ(group.group_identifier_size(), 0);
}

TEST_F(SubscriptionPermitTest, WhatIsWithdrawnIsNotToldAnyMore) {
  const std::string code = site_.CodeFor("sp", With(Criteria("any")));
  site_.Put("1", "4");
  site_.Pass();
  Allow("another");
  EXPECT_FALSE(Body().has_value());
  EXPECT_EQ(schema::ReasonOf(Watch(code).status()),
            common::REASON_PURPOSE_INVALID);
}

TEST_F(SubscriptionPermitTest, OtherKindsOfRecordAreNotTold) {
  site_.CodeFor("sp", With(Criteria("any")));
  social::v1::Person person;
  auto* id = person.add_identifier();
  id->set_identifier_type("UIN");
  id->set_identifier_value("1");
  site_.PutRecord("Person", person.SerializeAsString());
  site_.Pass();
  for (const Told& told : site_.Deliver()) {
    common::MsgCallbackHeader header;
    header.set_message_ts(FormatTimestamp(site_.now));
    const auto body =
        site_.subscriptions->source().MakeBody(told.row.body(), header);
    ASSERT_OK(body);
    EXPECT_FALSE(body->has_value());
  }
}

TEST_F(SubscriptionPermitTest, AWatchIsCutToo) {
  const std::string code = site_.CodeFor("sp", With(Criteria("any")));
  site_.Put("1", "4");
  const auto answer = Watch(code);
  ASSERT_OK(answer);
  ASSERT_EQ(answer->response.events_size(), 1);
  social::v1::Group group;
  ASSERT_TRUE(answer->response.events(0).event().data().reg_records(0).UnpackTo(
      &group));
  EXPECT_EQ(group.poverty_score(), "4");
  EXPECT_EQ(group.group_identifier_size(), 0);
  // Without a subscription there is no place for an authority.
  EXPECT_EQ(schema::ReasonOf(Watch("").status()),
            common::REASON_PURPOSE_INVALID);
}

TEST_F(SubscriptionPermitTest, WithoutRulesEverythingIsTold) {
  site_.registry->SetReadRules({});
  site_.CodeFor("sp", Criteria("any"));
  site_.Put("1", "4");
  site_.Pass();
  const auto body = Body();
  ASSERT_TRUE(body.has_value());
  social::v1::Group group;
  ASSERT_TRUE(body->notify_event(0).data().reg_records(0).UnpackTo(&group));
  EXPECT_EQ(group.group_identifier_size(), 1);
}

}  // namespace
}  // namespace dci::registry
