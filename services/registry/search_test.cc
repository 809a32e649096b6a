#include "services/registry/search.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/bytes.h"
#include "services/base/status_matchers.h"
#include "services/registry/test_registry.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kTooMany = common::v1::REASON_SEARCH_TOO_MANY_RECORDS_FOUND;
constexpr auto kPagination = common::v1::REASON_PAGINATION_INVALID;

MATCHER_P(RefusedWith, reason, "") {
  *result_listener << StatusOf(arg).ToString();
  return !StatusOf(arg).ok() && schema::ReasonOf(StatusOf(arg)) == reason;
}

std::string Id(int i) { return absl::StrFormat("%05d", i); }

std::string KeyOf(int i) {
  std::string key;
  AppendOrderedText(&key, "HOUSEHOLD_ID");
  AppendOrderedText(&key, Id(i));
  return key;
}

class SearchTest : public testing::Test {
 protected:
  // Group i has size i % 10 + 1, a score of i tenths, and lives in place
  // i % 3; every seventh has no score.
  void Fill(int begin, int end) {
    for (int i = begin; i < end; ++i) {
      social::v1::Group group = MakeGroup(Id(i));
      group.set_group_size(absl::StrCat(i % 10 + 1));
      if (i % 7 != 0)
        group.set_poverty_score(absl::StrCat(i / 10, ".", i % 10));
      group.mutable_geographical_location()->set_name(
          absl::StrCat("place ", i % 3));
      group.add_address()->set_sub_region_code(absl::StrCat("R", i % 4));
      group.add_address()->set_sub_region_code(absl::StrCat("R", (i + 1) % 4));
      ASSERT_OK(registry_.Put("Group", group));
    }
  }
  std::vector<std::string> AllPages(const v1::SearchCriteria& criteria,
                                    const SearchOptions& options) {
    std::vector<std::string> keys;
    std::string continuation;
    for (int page_number = 1;; ++page_number) {
      const auto page = registry_.Find(criteria, options, continuation);
      EXPECT_OK(page);
      if (!page.ok()) return keys;
      EXPECT_EQ(page->page_number, page_number);
      if (page_number == 1) total_ = *page->total;
      EXPECT_EQ(page->total, total_);
      keys.insert(keys.end(), page->primary_keys.begin(),
                  page->primary_keys.end());
      if (page->next.empty()) return keys;
      continuation = page->next;
    }
  }

  TestRegistry registry_;
  uint64_t total_ = 0;
};

v1::SearchCriteria Paged(absl::string_view query, int size) {
  v1::SearchCriteria criteria = NoSql("Group", query);
  criteria.mutable_pagination()->set_page_size(size);
  return criteria;
}

TEST_F(SearchTest, FindsByLabelWhatIsStoredByCode) {
  social::v1::Person person;
  person.add_identifier()->set_identifier_type("UIN");
  person.mutable_identifier(0)->set_identifier_value("1");
  person.set_marital_status("M");
  person.set_sex("female");
  ASSERT_OK(registry_.Put("Person", person));
  for (
      const char* query :
      {R"({"marital_status":"M"})", R"({"marital_status":"married"})",
       R"({"marital_status":{"$in":["Divorced","Married"]},"sex":"FeMale"})"}) {
    const auto page = registry_.Find(NoSql("Person", query));
    ASSERT_OK(page) << query;
    EXPECT_EQ(page->primary_keys.size(), 1u) << query;
  }
  // The code of one list is no label of it.
  const auto none = registry_.Find(NoSql("Person", R"({"sex":"M"})"));
  ASSERT_OK(none);
  EXPECT_THAT(none->primary_keys, IsEmpty());
}

TEST_F(SearchTest, PlansByWhatIsSelective) {
  Fill(0, 500);
  const auto plan = [&](absl::string_view query) {
    const auto page = registry_.Find(NoSql("Group", query));
    EXPECT_OK(page) << query;
    return page.ok() ? page->plan : "";
  };
  EXPECT_EQ(plan(R"({"HOUSEHOLD_ID":"00007"})"), "identifier = 1, exact");
  EXPECT_THAT(plan(R"({"location":"place 1","group_size":2})"),
              testing::AllOf(HasSubstr("leapfrog(location = 1"),
                             HasSubstr("group_size = 1"), HasSubstr("exact")));
  // A wide range beside a narrow equality is left to the filter.
  EXPECT_EQ(plan(R"({"HOUSEHOLD_ID":"00007","poverty_score":{"$gte":0}})"),
            "leapfrog(identifier = 1 ~1), match each");
  // Both bounds of one value are one range.
  EXPECT_THAT(plan(R"({"poverty_score":{"$gte":1,"$lt":2}})"),
              testing::MatchesRegex(
                  R"(leapfrog\(poverty_score range ~[0-9]+\), exact)"));
  // A narrow range is used however many rows stand beside it: of 167 no more
  // are counted than that takes.
  EXPECT_EQ(
      plan(R"({"location":"place 1","poverty_score":{"$gte":1,"$lt":2}})"),
      "leapfrog(location = 1 ~10, poverty_score range ~9), exact");
  EXPECT_THAT(plan(R"({"$or":[{"group_size":1},{"location":"place 0"}]})"),
              HasSubstr("union("));
  EXPECT_EQ(plan(R"({"group_type":"x"})"), "read all, match each");
  EXPECT_EQ(plan(R"({"group_size":{"$ne":1}})"), "read all, match each");
}

TEST_F(SearchTest, ASelectiveSearchLooksAtFewRecords) {
  Fill(0, 2000);
  const auto page = registry_.Find(
      NoSql("Group", R"({"location":"place 1","HOUSEHOLD_ID":"00100"})"));
  ASSERT_OK(page);
  EXPECT_EQ(page->primary_keys, std::vector<std::string>{KeyOf(100)});
  EXPECT_LT(page->examined, 10u);
}

TEST_F(SearchTest, CountsExactlyUpToTheBoundAndRefusesBeyondIt) {
  Fill(0, 101);
  SearchOptions options;
  options.max_matches = 101;
  auto page = registry_.Find(Paged("{}", 10), options);
  ASSERT_OK(page);
  EXPECT_EQ(page->total, 101u);
  options.max_matches = 100;
  EXPECT_THAT(registry_.Find(Paged("{}", 10), options), RefusedWith(kTooMany));
  // Sorted ones as well.
  v1::SearchCriteria sorted = Paged("{}", 10);
  sorted.add_sort()->set_attribute_name("poverty_score");
  EXPECT_THAT(registry_.Find(sorted, options), RefusedWith(kTooMany));
}

TEST_F(SearchTest, LooksAtNoMoreThanItMay) {
  Fill(0, 200);
  SearchOptions options;
  options.max_examined = 150;
  EXPECT_THAT(registry_.Find(NoSql("Group", R"({"group_type":"x"})"), options),
              RefusedWith(kTooMany));
  EXPECT_OK(
      registry_.Find(NoSql("Group", R"({"HOUSEHOLD_ID":"00001"})"), options));
}

TEST_F(SearchTest, APageBeyondTheEndIsEmptyWithTheRightCount) {
  Fill(0, 25);
  v1::SearchCriteria criteria = Paged("{}", 10);
  for (const auto& [number, records] :
       {std::pair<int, size_t>{1, 10}, {3, 5}, {4, 0}, {2000000000, 0}}) {
    criteria.mutable_pagination()->set_page_number(number);
    const auto page = registry_.Find(criteria);
    ASSERT_OK(page);
    EXPECT_EQ(page->primary_keys.size(), records) << number;
    EXPECT_EQ(page->total, 25u);
    EXPECT_EQ(page->next.empty(), number >= 3) << number;
  }
}

TEST_F(SearchTest, RefusesPagesThatAreNone) {
  Fill(0, 3);
  v1::SearchCriteria criteria = Paged("{}", 0);
  EXPECT_THAT(registry_.Find(criteria), RefusedWith(kPagination));
  criteria = Paged("{}", 1001);
  EXPECT_THAT(registry_.Find(criteria), RefusedWith(kPagination));
  criteria = Paged("{}", 10);
  criteria.mutable_pagination()->set_page_number(0);
  EXPECT_THAT(registry_.Find(criteria), RefusedWith(kPagination));
  criteria = Paged("{}", 10);
  auto* extra = criteria.mutable_pagination()->add_extras();
  extra->set_path("page_number");
  extra->set_json("\"two\"");
  EXPECT_THAT(registry_.Find(criteria), RefusedWith(kPagination));
}

TEST_F(SearchTest, RefusesCursorsThatAreNotItsOwn) {
  Fill(0, 30);
  v1::SearchCriteria criteria = Paged("{}", 10);
  const auto page = registry_.Find(criteria);
  ASSERT_OK(page);
  ASSERT_FALSE(page->next.empty());
  auto with = [&](absl::string_view query, std::string cursor) {
    v1::SearchCriteria other = Paged(query, 10);
    other.mutable_pagination()->set_cursor(std::move(cursor));
    return registry_.Find(other);
  };
  EXPECT_OK(with("{}", page->next));
  EXPECT_THAT(with(R"({"group_size":1})", page->next),
              RefusedWith(kPagination));
  EXPECT_THAT(with("{}", "!!"), RefusedWith(kPagination));
  EXPECT_THAT(with("{}", absl::WebSafeBase64Escape("nonsense")),
              RefusedWith(kPagination));
  EXPECT_THAT(with("{}", page->next.substr(0, page->next.size() / 2)),
              RefusedWith(kPagination));
  // Naming nobody, and sealed under a key of the registry's own, which stays.
  std::string sealed;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(page->next, &sealed));
  EXPECT_THAT(sealed, Not(HasSubstr(page->primary_keys.back())));
  const TestRegistry another;
  EXPECT_EQ(another.catalog->cursors->Open(sealed), std::nullopt);
  registry_.Reopen();
  EXPECT_OK(with("{}", page->next));
  v1::SearchCriteria both = Paged("{}", 10);
  both.mutable_pagination()->set_cursor(page->next);
  both.mutable_pagination()->set_page_number(2);
  EXPECT_THAT(registry_.Find(both), RefusedWith(kPagination));
}

// Records inserted and deleted between pages: what stays is given once.
TEST_F(SearchTest, CursorsAreStableUnderWrites) {
  for (const bool sorted : {false, true}) {
    registry_ = TestRegistry();
    Fill(100, 200);
    v1::SearchCriteria criteria = Paged("{}", 7);
    if (sorted) criteria.add_sort()->set_attribute_name("group_size");
    std::vector<std::string> given;
    for (int round = 0;; ++round) {
      const auto page = registry_.Find(criteria);
      ASSERT_OK(page);
      given.insert(given.end(), page->primary_keys.begin(),
                   page->primary_keys.end());
      if (page->next.empty()) break;
      criteria.mutable_pagination()->set_cursor(page->next);
      Fill(round, round + 1);            // before everything
      Fill(1000 + round, 1001 + round);  // after it
      ASSERT_OK(registry_.Remove("Group", given.back()));
    }
    std::set<std::string> once(given.begin(), given.end());
    EXPECT_EQ(once.size(), given.size());
    for (int i = 100; i < 200; ++i) EXPECT_EQ(once.count(KeyOf(i)), 1u) << i;
  }
}

TEST_F(SearchTest, AllPagesCarryNumberAndCount) {
  Fill(0, 95);
  const auto keys = AllPages(Paged(R"({"location":"place 1"})", 10),
                             SearchOptions::AllPages());
  EXPECT_EQ(total_, 32u);
  ASSERT_EQ(keys.size(), 32u);
  EXPECT_EQ(keys.front(), KeyOf(1));
  EXPECT_EQ(keys.back(), KeyOf(94));
}

// More than can be sorted in memory: the index gives the order, and those
// without a value come last.
TEST_F(SearchTest, AllPagesOfManyAreSortedByTheIndex) {
  const int groups = static_cast<int>(kMaxSorted) + 500;
  Fill(0, groups);
  for (const bool descending : {false, true}) {
    v1::SearchCriteria criteria = Paged("{}", 1000);
    v1::Sort* sort = criteria.add_sort();
    sort->set_attribute_name("poverty_score");
    sort->set_sort_order(descending ? "desc" : "asc");
    EXPECT_THAT(registry_.Find(criteria), RefusedWith(kTooMany));
    const auto keys = AllPages(criteria, SearchOptions::AllPages());
    ASSERT_EQ(keys.size(), static_cast<size_t>(groups));
    std::vector<std::string> expected;
    for (int i = 0; i < groups; ++i)
      if (i % 7 != 0) expected.push_back(KeyOf(i));
    if (descending) std::reverse(expected.begin(), expected.end());
    for (int i = 0; i < groups; i += 7) expected.push_back(KeyOf(i));
    EXPECT_EQ(keys, expected);
    // Two keys, or one without a range index, cannot be sorted then.
    criteria.add_sort()->set_attribute_name("group_size");
    EXPECT_THAT(registry_.Find(criteria, SearchOptions::AllPages()),
                RefusedWith(kTooMany));
  }
}

TEST_F(SearchTest, TheFirstTypeWithAMatchAnswers) {
  Fill(0, 3);
  social::v1::Person person;
  auto* id = person.add_identifier();
  id->set_identifier_type("UIN");
  id->set_identifier_value("847951632");
  ASSERT_OK(registry_.Put("Person", person));
  v1::SearchCriteria criteria;
  criteria.mutable_idtype_value()->set_type("UIN");
  criteria.mutable_idtype_value()->set_value("847951632");
  auto page = registry_.Find(criteria);
  ASSERT_OK(page);
  EXPECT_EQ(page->type->name(), "Person");
  EXPECT_EQ(page->total, 1u);
  criteria.mutable_idtype_value()->set_value("nobody");
  page = registry_.Find(criteria);
  ASSERT_OK(page);
  EXPECT_EQ(page->type->name(), "Group");
  EXPECT_EQ(page->total, 0u);
  EXPECT_THAT(page->primary_keys, IsEmpty());
}

TEST_F(SearchTest, RendersTheStoredBytesAsTheyStand) {
  Fill(0, 12);
  const auto snapshot = registry_.store->GetSnapshot();
  const v1::SearchCriteria criteria = Paged(R"({"location":"place 1"})", 3);
  const auto page =
      FindPage(*registry_.catalog, registry_.spaces, registry_.named, criteria,
               *snapshot, SearchOptions());
  ASSERT_OK(page);
  // Of the snapshot, whatever is deleted meanwhile.
  ASSERT_OK(registry_.Remove("Group", KeyOf(1)));
  const auto records = FetchPage(*page, registry_.spaces, *snapshot);
  ASSERT_OK(records);
  v1::SearchResponseItem item;
  ASSERT_TRUE(
      item.ParseFromString(RenderPage(*page, *registry_.catalog, *records)));
  EXPECT_EQ(item.pagination().total_count(), 4);
  EXPECT_EQ(item.pagination().page_size(), 3);
  EXPECT_EQ(item.pagination().page_number(), 1);
  EXPECT_EQ(item.pagination().next_cursor(), page->next);
  EXPECT_EQ(item.data().reg_record_type(), "Group");
  EXPECT_EQ(item.data().reg_type(), "ns:org:RegistryType:Social");
  ASSERT_EQ(item.data().reg_records_size(), 3);
  social::v1::Group group;
  ASSERT_TRUE(item.data().reg_records(0).UnpackTo(&group));
  EXPECT_EQ(group.group_identifier(0).identifier_value(), Id(1));
}

}  // namespace
}  // namespace dci::registry
