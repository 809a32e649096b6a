#include "services/registry/matches.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/access.h"
#include "services/registry/attribute.h"
#include "services/registry/budget.h"
#include "services/registry/normal_form.h"
#include "services/registry/plan.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

constexpr int kGroups = 60;

// Group i has score i, but for every fifth, which has none, and two regions.
class MatchesTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kGroups; ++i) {
      social::v1::Group group = MakeGroup(absl::StrCat("H", 100 + i));
      if (i % 5 != 0) group.set_poverty_score(absl::StrCat(i));
      ASSERT_OK(registry_.Put("Group", group));
      keys_.push_back(*PrimaryKey(type(), group.SerializeAsString()));
    }
    snapshot_ = registry_.store->GetSnapshot();
  }

  const RecordType& type() const { return registry_.type("Group"); }
  SearchScope Scope() {
    return {&type(), &query_, &registry_.spaces, snapshot_.get(), &budget_};
  }
  IndexOrder ByScore(bool descending) const {
    IndexOrder order;
    order.index = type().FindRangeIndex(
        *schema::FindPath(*type().message, "poverty_score"));
    order.descending = descending;
    return order;
  }
  // From the beginning and, with a new stream each time, from every place.
  std::vector<std::string> Walk(const Plan& plan, const IndexOrder& order) {
    std::vector<std::string> keys;
    std::string position;
    while (true) {
      const auto matches = MatchesByIndex(Scope(), plan, order, position);
      EXPECT_OK(matches);
      if (!(*matches)->Valid()) return keys;
      keys.emplace_back((*matches)->primary_key());
      position = (*matches)->position();
    }
  }
  std::vector<std::string> Expected(int begin, int end) const {
    std::vector<std::string> keys;
    for (int i = begin; i < end; ++i)
      if (i % 5 != 0) keys.push_back(keys_[i]);
    return keys;
  }

  TestRegistry registry_;
  std::vector<std::string> keys_;
  std::unique_ptr<storage::Snapshot> snapshot_;
  Query query_ = Query::All();
  Budget budget_{kUnbounded};
};

TEST_F(MatchesTest, TheWholeIndexComesBeforeRecordsWithoutARow) {
  for (const bool descending : {false, true}) {
    std::vector<std::string> expected = Expected(0, kGroups);
    if (descending) std::reverse(expected.begin(), expected.end());
    for (int i = 0; i < kGroups; i += 5) expected.push_back(keys_[i]);
    EXPECT_EQ(Walk(Plan(), ByScore(descending)), expected);
  }
}

TEST_F(MatchesTest, ADrivingRangeLooksAtItsOwnRowsAlone) {
  const auto attribute = FindAttribute(type(), "poverty_score");
  ASSERT_OK(attribute);
  query_ = Query::Compare(*attribute, Op::kGreaterEqual,
                          {*NormalForm(attribute->path.leaf(), "50")});
  auto access = FindAccess(query_, type(), registry_.spaces, *snapshot_);
  ASSERT_OK(access);
  ASSERT_TRUE(access->has_value());
  Plan plan;
  plan.drive = Plan::Drive::kRange;
  plan.access = **access;
  plan.exact = true;
  IndexOrder order = ByScore(false);
  order.begin = plan.access->begin;
  order.end = plan.access->end;
  const std::vector<std::string> expected = Expected(50, kGroups);
  EXPECT_EQ(Walk(plan, order), expected);
  const auto matches = MatchesByIndex(Scope(), plan, order, "");
  ASSERT_OK(matches);
  const uint64_t before = budget_.spent();
  size_t count = 0;
  for (; (*matches)->Valid(); (*matches)->Next()) ++count;
  EXPECT_EQ(count, expected.size());
  EXPECT_LE(budget_.spent() - before, expected.size());
}

// Where the plan has become another between two pages.
TEST_F(MatchesTest, APositionInARangeIsOneInTheWholeIndex) {
  IndexOrder part = ByScore(false);
  part.begin = IdPrefix(part.index->id);
  const auto first = MatchesByIndex(Scope(), Plan(), part, "");
  ASSERT_OK(first);
  const std::string position = (*first)->position();
  const auto rest = MatchesByIndex(Scope(), Plan(), ByScore(false), position);
  ASSERT_OK(rest);
  EXPECT_EQ((*rest)->primary_key(), keys_[2]);
}

TEST_F(MatchesTest, ABudgetEndsTheWalkWithARefusal) {
  Budget small(10);
  SearchScope scope = Scope();
  scope.budget = &small;
  const auto matches = MatchesByIndex(scope, Plan(), ByScore(false), "");
  ASSERT_OK(matches);
  size_t count = 0;
  for (; (*matches)->Valid(); (*matches)->Next()) ++count;
  EXPECT_LE(count, 10u);
  EXPECT_FALSE((*matches)->status().ok());
}

}  // namespace
}  // namespace dci::registry
