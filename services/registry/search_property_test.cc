// Random groups, random queries: the planner's answer is the one of a second
// opinion that knows nothing of records, indexes or JSON.
#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "services/base/bytes.h"
#include "services/base/status_matchers.h"
#include "services/registry/search.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

constexpr int kGroups = 250;

// A group as plain values; -1 and "" are absent.
struct Plain {
  int score = -1;  // tenths
  int size = -1;
  std::string place;
  std::string kind;
  std::set<std::string> regions;
};

struct Sample {
  std::string json;
  std::function<bool(const Plain&)> holds;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % n); }

  Plain Group() {
    Plain plain;
    if (Below(10) > 0) plain.score = Below(60);
    if (Below(10) > 0) plain.size = 1 + Below(9);
    if (Below(4) > 0) plain.place = absl::StrCat("place ", Below(5));
    if (Below(3) > 0) plain.kind = absl::StrCat("kind ", Below(3));
    for (int i = Below(3); i > 0; --i)
      plain.regions.insert(absl::StrCat("R", Below(6)));
    return plain;
  }

  Sample Query(int depth) {
    if (depth == 0 || Below(3) == 0) return Compare();
    std::vector<Sample> parts;
    for (int i = 1 + Below(3); i > 0; --i) parts.push_back(Query(depth - 1));
    std::vector<std::string> texts;
    for (const Sample& part : parts) texts.push_back(part.json);
    const int kind = Below(4);
    const char* names[] = {"$and", "$or", "$nor", "$and"};
    auto holds = [parts, kind](const Plain& plain) {
      auto one = [&](const Sample& part) { return part.holds(plain); };
      if (kind == 1) return std::any_of(parts.begin(), parts.end(), one);
      if (kind == 2) return std::none_of(parts.begin(), parts.end(), one);
      return std::all_of(parts.begin(), parts.end(), one);
    };
    return {absl::StrCat("{\"", names[kind], "\":[", absl::StrJoin(texts, ","),
                         "]}"),
            holds};
  }

 private:
  Sample Compare() {
    switch (Below(6)) {
      case 0:
        return Number("poverty_score", 60, 10,
                      [](const Plain& p) { return p.score; });
      case 1:
        return Number(Below(2) == 0 ? "group_size" : "household_size", 10, 1,
                      [](const Plain& p) { return p.size; });
      case 2:
        return Text(
            "location", absl::StrCat("place ", Below(6)),
            [](const Plain& p, const std::string& v) { return p.place == v; });
      case 3:
        return Text(
            "group_type", absl::StrCat("kind ", Below(4)),
            [](const Plain& p, const std::string& v) { return p.kind == v; });
      case 4:
        return Text("Group.address.sub_region_code",
                    absl::StrCat("R", Below(7)),
                    [](const Plain& p, const std::string& v) {
                      return p.regions.count(v) > 0;
                    });
      default: {
        const bool wanted = Below(2) == 0;
        return {absl::StrCat("{\"poverty_score\":{\"$exists\":",
                             wanted ? "true" : "false", "}}"),
                [wanted](const Plain& p) { return (p.score >= 0) == wanted; }};
      }
    }
  }

  Sample Number(const char* name, int bound, int unit,
                std::function<int(const Plain&)> get) {
    const int value = Below(bound);
    const int op = Below(5);
    const char* names[] = {"$lt", "$lte", "$gt", "$gte", "$eq"};
    std::string text = unit == 1 ? absl::StrCat(value)
                                 : absl::StrCat(value / 10, ".", value % 10);
    // A number, its text, and another spelling are the same.
    if (Below(2) == 0) text = absl::StrCat("\"", text, "\"");
    auto holds = [=](const Plain& plain) {
      const int has = get(plain);
      if (has < 0) return false;
      if (op == 0) return has < value;
      if (op == 1) return has <= value;
      if (op == 2) return has > value;
      if (op == 3) return has >= value;
      return has == value;
    };
    return {absl::StrCat("{\"", name, "\":{\"", names[op], "\":", text, "}}"),
            holds};
  }

  Sample Text(const char* name, std::string value,
              std::function<bool(const Plain&, const std::string&)> has) {
    switch (Below(3)) {
      case 0:
        return {absl::StrCat("{\"", name, "\":\"", value, "\"}"),
                [=](const Plain& p) { return has(p, value); }};
      case 1:
        return {absl::StrCat("{\"", name, "\":{\"$ne\":\"", value, "\"}}"),
                [=](const Plain& p) { return !has(p, value); }};
      default: {
        const std::string other =
            value.substr(0, value.size() - 1) + std::to_string(Below(5));
        return {absl::StrCat("{\"", name, "\":{\"$in\":[\"", value, "\",\"",
                             other, "\"]}}"),
                [=](const Plain& p) { return has(p, value) || has(p, other); }};
      }
    }
  }

  std::mt19937 random_;
};

std::string Id(int i) { return absl::StrCat("H-", 10000 + i); }

std::string KeyOf(int i) {
  std::string key;
  AppendOrderedText(&key, "HOUSEHOLD_ID");
  AppendOrderedText(&key, Id(i));
  return key;
}

social::v1::Group ToRecord(int i, const Plain& plain) {
  social::v1::Group group = MakeGroup(Id(i));
  if (plain.score >= 0)
    group.set_poverty_score(
        absl::StrCat(i % 2 == 0 ? "" : "0", plain.score / 10, ".",
                     plain.score % 10, i % 3 == 0 ? "0" : ""));
  if (plain.size >= 0) group.set_group_size(absl::StrCat(plain.size));
  if (!plain.place.empty())
    group.mutable_geographical_location()->set_name(plain.place);
  if (!plain.kind.empty()) group.set_group_type(plain.kind);
  for (const std::string& region : plain.regions)
    group.add_address()->set_sub_region_code(region);
  return group;
}

class SearchPropertyTest : public testing::TestWithParam<unsigned> {
 protected:
  // Half of the groups are written twice, some deleted: index rows of what
  // was before would be found.
  void Fill(Generator& generator) {
    for (int i = 0; i < kGroups; ++i) {
      if (i % 2 == 0)
        ASSERT_OK(registry_.Put("Group", ToRecord(i, generator.Group())));
      plain_.push_back(generator.Group());
      ASSERT_OK(registry_.Put("Group", ToRecord(i, plain_.back())));
    }
    for (int i = 0; i < kGroups; i += 17) {
      ASSERT_OK(registry_.Remove("Group", KeyOf(i)));
      gone_.insert(i);
    }
  }

  std::vector<std::string> Expected(const Sample& query) const {
    std::vector<std::string> keys;
    for (int i = 0; i < kGroups; ++i)
      if (gone_.count(i) == 0 && query.holds(plain_[i]))
        keys.push_back(KeyOf(i));
    return keys;
  }

  TestRegistry registry_;
  std::vector<Plain> plain_;
  std::set<int> gone_;
};

TEST_P(SearchPropertyTest, FindsWhatTheSecondOpinionFinds) {
  Generator generator(GetParam());
  Fill(generator);
  for (int i = 0; i < 200; ++i) {
    const Sample query = generator.Query(3);
    const auto page = registry_.Find(NoSql("Group", query.json));
    ASSERT_OK(page) << query.json;
    const std::vector<std::string> expected = Expected(query);
    EXPECT_EQ(page->primary_keys, expected) << query.json << "\n" << page->plan;
    EXPECT_EQ(page->total, expected.size());
  }
}

// Sorted, in pages by number and by cursor, ascending and descending.
TEST_P(SearchPropertyTest, PagesTogetherAreTheWholeInOrder) {
  Generator generator(GetParam() + 100);
  Fill(generator);
  auto place = [&](int i) { return plain_[i].score; };
  for (int round = 0; round < 25; ++round) {
    const Sample query = generator.Query(2);
    const bool descending = round % 2 == 1;
    v1::SearchCriteria criteria = NoSql("Group", query.json);
    auto* sort = criteria.add_sort();
    sort->set_attribute_name("poverty_score");
    sort->set_sort_order(descending ? "desc" : "asc");
    const int size = 1 + generator.Below(40);
    criteria.mutable_pagination()->set_page_size(size);
    std::vector<int> order;
    for (int i = 0; i < kGroups; ++i)
      if (gone_.count(i) == 0 && query.holds(plain_[i])) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      // Without a score last, either way.
      if ((place(a) < 0) != (place(b) < 0)) return place(b) < 0;
      return descending ? place(a) > place(b) : place(a) < place(b);
    });
    std::vector<std::string> expected, by_cursor, by_number, streamed;
    for (int i : order) expected.push_back(KeyOf(i));

    auto page = registry_.Find(criteria);
    ASSERT_OK(page) << query.json;
    while (true) {
      for (const auto& key : page->primary_keys) by_cursor.push_back(key);
      if (page->next.empty()) break;
      criteria.mutable_pagination()->set_cursor(page->next);
      page = registry_.Find(criteria);
      ASSERT_OK(page);
      EXPECT_FALSE(page->total.has_value());
    }
    EXPECT_EQ(by_cursor, expected) << query.json;

    criteria.mutable_pagination()->clear_cursor();
    for (int number = 1;; ++number) {
      criteria.mutable_pagination()->set_page_number(number);
      page = registry_.Find(criteria);
      ASSERT_OK(page);
      EXPECT_EQ(page->total, expected.size());
      EXPECT_EQ(page->page_number, number);
      if (page->primary_keys.empty()) break;
      for (const auto& key : page->primary_keys) by_number.push_back(key);
    }
    EXPECT_EQ(by_number, expected) << query.json;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SearchPropertyTest,
                         testing::Values(1u, 2u, 3u, 4u));

}  // namespace
}  // namespace dci::registry
