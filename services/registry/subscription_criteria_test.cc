#include "services/registry/subscription_criteria.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/subscription_index.h"
#include "services/registry/test_registry.h"
#include "services/registry/test_subscriptions.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using common::v1::REASON_NOTIFY_DETAILS_INVALID;
using common::v1::REASON_NOTIFY_TYPES_INVALID;
using common::v1::REASON_PERSON_ID_INVALID;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SubscriptionCriteriaTest : public testing::Test {
 protected:
  absl::StatusOr<CompiledCriteria> Compile(
      const v1::SubscribeCriteria& criteria) {
    return CompileCriteria(*site_.catalog, site_.named, *events_, criteria);
  }
  std::string Normal(const std::string& query) {
    const auto compiled = Compile(Criteria("created", query));
    EXPECT_OK(compiled) << query;
    return compiled.ok() ? compiled->normal : "";
  }
  schema::Reason ReasonFor(const v1::SubscribeCriteria& criteria) {
    return schema::ReasonOf(Compile(criteria).status());
  }

  TestRegistry site_;
  absl::StatusOr<EventTypes> events_ = EventTypes::Build(*site_.catalog, {});
};

TEST_F(SubscriptionCriteriaTest, TheSameAskedInAnotherWayIsTheSame) {
  const std::string normal =
      Normal("{\"poverty_score\":{\"$lt\":5},\"group_size\":{\"$in\":[1,2]}}");
  EXPECT_EQ(Normal("{\"$and\":[{\"group_size\":{\"$in\":[2,1,2]}},"
                   "{\"$and\":[{\"poverty_score\":{\"lt\":\"5.0\"}}]}]}"),
            normal);
  EXPECT_NE(Normal("{\"poverty_score\":{\"$lt\":5}}"), normal);
  EXPECT_NE(Normal("{\"poverty_score\":{\"$lte\":5},"
                   "\"group_size\":{\"$in\":[1,2]}}"),
            normal);
  EXPECT_NE(Normal("{\"$or\":[{\"poverty_score\":{\"$lt\":5}},"
                   "{\"group_size\":{\"$in\":[1,2]}}]}"),
            normal);
}

TEST_F(SubscriptionCriteriaTest, EventAndScheduleDistinguishAndTimesDoNot) {
  v1::SubscribeCriteria criteria = Criteria("created");
  const std::string normal = Compile(criteria)->normal;
  criteria.set_reg_event_type("ns:Create");
  criteria.mutable_frequency()->set_end_time("2030-01-01T00:00:00Z");
  EXPECT_EQ(Compile(criteria)->normal, normal);
  EXPECT_NE(Compile(Criteria("deleted"))->normal, normal);
  EXPECT_NE(Compile(Criteria("created", "{}", "daily"))->normal, normal);
}

TEST_F(SubscriptionCriteriaTest, WrongOnesHaveTheirPublishedReason) {
  EXPECT_EQ(ReasonFor(Criteria("Eclipse")), REASON_NOTIFY_TYPES_INVALID);
  v1::SubscribeCriteria criteria = Criteria("created");
  criteria.set_notify_record_type("Ship");
  EXPECT_EQ(ReasonFor(criteria), REASON_NOTIFY_TYPES_INVALID);
  EXPECT_EQ(ReasonFor(Criteria("created", "{\"sails\":1}")),
            REASON_NOTIFY_DETAILS_INVALID);
  EXPECT_EQ(ReasonFor(Criteria("created", "{}", "0 0 * * *")),
            REASON_NOTIFY_DETAILS_INVALID);
  criteria = Criteria("created");
  criteria.clear_filter();
  EXPECT_EQ(ReasonFor(criteria), REASON_NOTIFY_DETAILS_INVALID);
  criteria.mutable_idtype_value()->set_type("UIN");
  EXPECT_EQ(ReasonFor(criteria), REASON_PERSON_ID_INVALID);
  criteria = Criteria("created");
  criteria.mutable_frequency()->set_start_time("2030-01-01T00:00:00");
  EXPECT_EQ(ReasonFor(criteria), REASON_NOTIFY_DETAILS_INVALID);
  criteria.mutable_frequency()->set_start_time("2030-01-01T00:00:00Z");
  criteria.mutable_frequency()->set_end_time("2030-01-01T00:00:00Z");
  EXPECT_EQ(ReasonFor(criteria), REASON_NOTIFY_DETAILS_INVALID);
}

TEST_F(SubscriptionCriteriaTest, WithoutAKindOfRecordEveryFittingOneIsMeant) {
  v1::SubscribeCriteria criteria = Criteria("any");
  criteria.clear_notify_record_type();
  criteria.clear_filter();
  criteria.mutable_idtype_value()->set_type("*");
  criteria.mutable_idtype_value()->set_value("*");
  const auto all = Compile(criteria);
  ASSERT_OK(all);
  EXPECT_EQ(all->queries.size(), site_.catalog->types.size());
  criteria = Criteria("any", "{\"poverty_score\":1}");
  criteria.clear_notify_record_type();
  const auto groups = Compile(criteria);
  ASSERT_OK(groups);
  ASSERT_EQ(groups->queries.size(), 1u);
  EXPECT_EQ(groups->queries[0].type_id, site_.type("Group").id);
}

// Of the index: it lives on what is compiled here.
class SubscriptionIndexTest : public SubscriptionCriteriaTest {
 protected:
  void Put(const std::string& code, const std::string& query) {
    const auto compiled = Compile(Criteria("any", query));
    ASSERT_OK(compiled);
    index_.Put(code, *compiled);
  }
  std::vector<absl::string_view> Match(const std::string& score,
                                       const std::string& size,
                                       absl::string_view after = "") {
    social::v1::Group group = MakeGroup("h");
    group.set_poverty_score(score);
    group.set_group_size(size);
    record_ = group.SerializeAsString();
    return index_.Match(type(), record_, after);
  }
  uint32_t type() const { return site_.type("Group").id; }

  SubscriptionIndex index_;
  std::string record_;
};

TEST_F(SubscriptionIndexTest, FindsByValueAndEvaluatesTheRest) {
  Put("a", "{\"poverty_score\":1}");
  Put("b", "{\"poverty_score\":{\"$in\":[1,2]},\"group_size\":{\"$gt\":3}}");
  Put("c", "{\"$or\":[{\"poverty_score\":2},{\"group_size\":5}]}");
  Put("d", "{\"poverty_score\":{\"$lt\":2}}");
  Put("e", "{\"$not\":{\"poverty_score\":1}}");
  Put("f", "{\"HOUSEHOLD_ID\":\"h\"}");
  EXPECT_EQ(index_.scanned(type()), 2u);
  EXPECT_THAT(Match("1.0", "5"), ElementsAre("a", "b", "c", "d", "f"));
  EXPECT_THAT(Match("2", "1"), ElementsAre("c", "e", "f"));
  EXPECT_THAT(Match("9", "9"), ElementsAre("e", "f"));
  EXPECT_THAT(Match("1", "5", "b"), ElementsAre("c", "d", "f"));
}

TEST_F(SubscriptionIndexTest, EqualFiltersAreOne) {
  for (int i = 0; i < 100; ++i)
    Put(absl::StrCat(100 + i), "{\"poverty_score\":{\"$lt\":5}}");
  EXPECT_EQ(index_.scanned(type()), 1u);
  EXPECT_EQ(Match("1", "1").size(), 100u);
  EXPECT_THAT(Match("7", "1"), IsEmpty());
}

TEST_F(SubscriptionIndexTest, WhatIsRemovedOrReplacedIsFoundNoMore) {
  Put("a", "{\"poverty_score\":1}");
  Put("b", "{\"poverty_score\":1}");
  Put("a", "{\"poverty_score\":2}");
  EXPECT_THAT(Match("1", "1"), ElementsAre("b"));
  index_.Remove("b");
  index_.Remove("none");
  EXPECT_THAT(Match("1", "1"), IsEmpty());
  EXPECT_THAT(Match("2", "1"), ElementsAre("a"));
}

}  // namespace
}  // namespace dci::registry
