// Whatever comes twice, late or in the wrong order leaves what the right order
// would have left: held against a model that knows nothing of arrival.
#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/registry/follower_site.h"

namespace dci::registry {
namespace {

constexpr int kHouseholds = 4;
constexpr int kChildren = 5;

struct News {
  std::string event;
  int number;
  int child;
  // Of the household whose parent is named; kHouseholds: of none.
  int parent;
  int name;
};

std::string Uin(const std::string& kind, int i) {
  return absl::StrCat(kind, i);
}

crvs::v1::Person RecordOf(const News& news) {
  return Child(Uin("c", news.child), absl::StrCat("name", news.name),
               Uin("p", news.parent));
}

// A history of each child: it is born, corrected, reversed, born again.
std::vector<News> MakeHistory(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  static constexpr const char* kEvents[] = {"LiveBirth", "updated", "updated",
                                            "deleted"};
  std::vector<News> history;
  int number = 0;
  const int count = 3 + below(20);
  for (int i = 0; i < count; ++i)
    history.push_back({kEvents[below(4)], ++number, below(kChildren),
                       below(kHouseholds + 1), i});
  return history;
}

// What each child ends as: the last birth or reversal says whether it counts,
// the newest birth or correction what it is.
std::map<int, News> ModelOf(const std::vector<News>& history) {
  std::map<int, News> decision, newest, living;
  for (const News& news : history) {
    if (news.event != "updated") decision[news.child] = news;
    if (news.event != "deleted") newest[news.child] = news;
  }
  for (const auto& [child, last] : decision)
    if (last.event == "LiveBirth") living[child] = newest[child];
  return living;
}

void Check(FollowerSite& site, const std::map<int, News>& living) {
  for (int h = 0; h < kHouseholds; ++h) {
    std::map<std::string, std::string> expected = {{Uin("p", h), ""}};
    for (const auto& [child, news] : living)
      if (news.parent == h)
        expected[Uin("c", child)] = absl::StrCat("name", news.name);
    const auto group = site.Group(Uin("h", h));
    ASSERT_TRUE(group.has_value());
    std::map<std::string, std::string> found;
    for (const auto& member : group->member_list())
      found[member.member_identifier(0).identifier_value()] =
          member.demographic_info().name().given_name();
    EXPECT_EQ(found, expected) << "household " << h;
    EXPECT_EQ(group->member_list_size(), static_cast<int>(expected.size()));
    EXPECT_EQ(group->group_size(), absl::StrCat(expected.size()));
  }
  std::set<std::string> homeless;
  for (const auto& [child, news] : living)
    if (news.parent == kHouseholds) homeless.insert(Uin("c", child));
  std::set<std::string> listed;
  for (const auto& unmatched : site.Unmatched()) {
    crvs::v1::Person person;
    ASSERT_TRUE(person.ParseFromString(unmatched.reaction.followed().record()));
    listed.insert(person.identifier(0).identifier_value());
  }
  EXPECT_EQ(listed, homeless);
}

// Households come late, news shuffled and some of them again and again, with
// passes, restarts and time between.
void Arrive(FollowerSite& site, const std::vector<News>& history,
            std::mt19937& random) {
  std::vector<News> arrivals = history;
  for (const News& news : history)
    while (random() % 3 == 0) arrivals.push_back(news);
  std::shuffle(arrivals.begin(), arrivals.end(), random);
  int households = 0;
  for (const News& news : arrivals) {
    site.Notify(news.event, news.number, RecordOf(news));
    if (random() % 2 == 0) site.Pass();
    if (random() % 8 == 0) site.Restart();
    if (households < kHouseholds && random() % 3 == 0) {
      site.Put(Household(Uin("h", households), {Uin("p", households)}));
      ++households;
    }
    if (random() % 4 == 0) site.Wait(absl::Minutes(1));
  }
  for (; households < kHouseholds; ++households)
    site.Put(Household(Uin("h", households), {Uin("p", households)}));
  site.Wait(absl::Hours(3));
}

class ReactionsPropertyTest : public testing::TestWithParam<int> {};

TEST_P(ReactionsPropertyTest, AnyArrivalLeavesWhatTheRightOrderLeaves) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < 12; ++i) {
    const std::vector<News> history = MakeHistory(random);
    FollowerSite site({kBirthRule});
    Arrive(site, history, random);
    Check(site, ModelOf(history));
    if (HasFailure()) {
      for (const News& news : history)
        printf("%s %d child %d parent %d\n", news.event.c_str(), news.number,
               news.child, news.parent);
      FAIL() << "seed " << GetParam() << ", history " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReactionsPropertyTest, testing::Range(1, 13));

}  // namespace
}  // namespace dci::registry
