#include "services/registry/followed.h"

#include <string>

#include "dci/social/v1/social.pb.h"
#include "gtest/gtest.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

state::EventOrder At(int64_t time, uint64_t number = 0) {
  state::EventOrder order;
  order.set_first_us(time);
  order.set_number(number);
  return order;
}

TEST(FollowedTest, ARecordCountsFromItsEventToItsReversal) {
  state::Followed followed;
  EXPECT_FALSE(Counts(followed));
  EXPECT_TRUE(Learn(NewsKind::kEvent, At(1), "a", &followed));
  EXPECT_TRUE(Counts(followed));
  EXPECT_TRUE(Learn(NewsKind::kReversal, At(2), "a", &followed));
  EXPECT_FALSE(Counts(followed));
  EXPECT_TRUE(Learn(NewsKind::kEvent, At(3), "b", &followed));
  EXPECT_TRUE(Counts(followed));
  EXPECT_EQ(followed.record(), "b");
}

TEST(FollowedTest, WhatIsKnownIsNoNews) {
  state::Followed followed;
  Learn(NewsKind::kEvent, At(5), "a", &followed);
  EXPECT_FALSE(Learn(NewsKind::kEvent, At(5), "a", &followed));
  EXPECT_FALSE(Learn(NewsKind::kEvent, At(4), "z", &followed));
  EXPECT_FALSE(Learn(NewsKind::kReversal, At(4), "z", &followed));
  EXPECT_FALSE(Learn(NewsKind::kCorrection, At(4), "z", &followed));
  EXPECT_EQ(followed.record(), "a");
}

TEST(FollowedTest, AReversalBeforeItsEventWins) {
  state::Followed followed;
  Learn(NewsKind::kReversal, At(2), "a", &followed);
  Learn(NewsKind::kEvent, At(1), "a", &followed);
  EXPECT_FALSE(Counts(followed));
}

TEST(FollowedTest, AReversalOfTheSameTimeWinsWhicheverComesFirst) {
  state::Followed a, b;
  Learn(NewsKind::kReversal, At(1), "a", &a);
  Learn(NewsKind::kEvent, At(1), "a", &a);
  Learn(NewsKind::kEvent, At(1), "a", &b);
  Learn(NewsKind::kReversal, At(1), "a", &b);
  EXPECT_FALSE(Counts(a));
  EXPECT_FALSE(Counts(b));
}

TEST(FollowedTest, ACorrectionAloneCountsForNothingAndIsRemembered) {
  state::Followed followed;
  EXPECT_TRUE(Learn(NewsKind::kCorrection, At(2), "new", &followed));
  EXPECT_FALSE(Counts(followed));
  Learn(NewsKind::kEvent, At(1), "old", &followed);
  EXPECT_TRUE(Counts(followed));
  EXPECT_EQ(followed.record(), "new");
}

TEST(FollowedTest, TwoStatesOfTheSameOrderLeaveTheSameEitherWay) {
  state::Followed a, b;
  Learn(NewsKind::kEvent, At(1), "x", &a);
  Learn(NewsKind::kEvent, At(1), "y", &a);
  Learn(NewsKind::kEvent, At(1), "y", &b);
  Learn(NewsKind::kEvent, At(1), "x", &b);
  EXPECT_EQ(a.record(), b.record());
}

TEST(FollowedTest, TheOrderIsTheEventsTimeThenItsNumberThenTheRecords) {
  const schema::Message& person =
      *SocialModel().FindMessage("dci.social.v1.Person");
  social::v1::Person record;
  record.set_last_updated("2026-11-24T06:40:00Z");
  v1::NotifyEvent event;
  event.set_timestamp("2026-11-24T06:41:00.250Z");
  event.set_reference_id("17");
  const std::string bytes = record.SerializeAsString();
  const state::EventOrder order =
      OrderOf(event, person, bytes, config::v1::SOURCE_ORDER_UNSPECIFIED);
  EXPECT_EQ(order.first_us(), 1795502460250000);
  EXPECT_EQ(order.number(), 17u);
  EXPECT_EQ(order.second_us(), 1795502400000000);
  const state::EventOrder other =
      OrderOf(event, person, bytes, config::v1::SOURCE_ORDER_LAST_UPDATED);
  EXPECT_EQ(other.first_us(), order.second_us());
  EXPECT_EQ(other.second_us(), order.first_us());
}

TEST(FollowedTest, WhatSaysNothingOfItsOrderIsTheOldest) {
  const schema::Message& person =
      *SocialModel().FindMessage("dci.social.v1.Person");
  v1::NotifyEvent event;
  event.set_timestamp("yesterday");
  event.set_reference_id("ref-1");
  const state::EventOrder order =
      OrderOf(event, person, "", config::v1::SOURCE_ORDER_UNSPECIFIED);
  EXPECT_EQ(order.first_us(), 0);
  EXPECT_EQ(order.number(), 0u);
}

TEST(FollowedTest, EventsAreComparedByTheLettersOfTheirLastSegment) {
  EXPECT_TRUE(
      SameEvent("spdci-common:RegistryEventType:LiveBirth", "live_birth"));
  EXPECT_FALSE(SameEvent("birth", "live_birth"));
}

}  // namespace
}  // namespace dci::registry
