// Whatever comes twice, late or in the wrong order: whoever is alive is paid
// and whoever is not is not, and the IBR knows it.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/spsystem/sp_site.h"

namespace dci::spsystem {
namespace {

constexpr int kPersons = 4;

struct News {
  std::string event;
  int number;
  int person;
  bool dead;
};

std::string Uin(int person) { return absl::StrCat("p", person); }

std::vector<News> MakeHistory(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  std::vector<News> history;
  const int count = 2 + below(14);
  for (int i = 1; i <= count; ++i) {
    switch (below(3)) {
      case 0:
        history.push_back({"Death", i, below(kPersons), true});
        break;
      case 1:
        history.push_back({"DeathReversal", i, below(kPersons), false});
        break;
      default:
        history.push_back(
            {"data_modification", i, below(kPersons), below(2) == 0});
    }
  }
  return history;
}

// The last death or reversal says whether there is a death, the newest state
// of the record whether it still has a date.
std::map<int, bool> DeadBy(const std::vector<News>& history) {
  std::map<int, News> decision, newest;
  std::map<int, bool> dead;
  for (const News& news : history) {
    if (news.event != "data_modification") decision[news.person] = news;
    if (news.event != "DeathReversal") newest[news.person] = news;
  }
  for (const auto& [person, last] : decision)
    dead[person] = last.event == "Death" && newest[person].dead;
  return dead;
}

void Arrive(SpSite& site, const std::vector<News>& history,
            std::mt19937& random) {
  std::vector<News> arrivals = history;
  for (const News& news : history)
    while (random() % 3 == 0) arrivals.push_back(news);
  std::shuffle(arrivals.begin(), arrivals.end(), random);
  std::vector<std::string> all;
  for (int i = 0; i < kPersons; ++i) all.push_back(Uin(i));
  ASSERT_OK(site.StartIntake("1"));
  for (const News& news : arrivals) {
    site.Notify(news.event, news.number, Uin(news.person), news.dead);
    if (random() % 4 == 0) site.AnswerSearch(all);
    if (random() % 3 == 0) site.AnswerIbr(1 + random() % 3);
    if (random() % 6 == 0) site.Restart();
  }
  site.AnswerSearch(all);
  site.AnswerIbr();
}

class SpPropertyTest : public testing::TestWithParam<int> {};

TEST_P(SpPropertyTest, TheLivingArePaidAndTheIbrKnows) {
  std::mt19937 random(GetParam());
  for (int i = 0; i < 12; ++i) {
    const std::vector<News> history = MakeHistory(random);
    SpSite site;
    ASSERT_NO_FATAL_FAILURE(Arrive(site, history, random));
    std::map<int, bool> dead = DeadBy(history);
    for (int person = 0; person < kPersons; ++person) {
      const std::string state = site.State(Uin(person));
      const std::string told = site.told[Uin(person)];
      if (dead[person]) {
        EXPECT_TRUE(state == "stopped" || state == "refused") << state;
        EXPECT_TRUE(told == "2" || told.empty()) << told;
      } else {
        EXPECT_EQ(state, "active");
        EXPECT_EQ(told, "1");
      }
    }
    if (HasFailure()) {
      for (const News& news : history)
        printf("%s %d person %d %s\n", news.event.c_str(), news.number,
               news.person, news.dead ? "dead" : "");
      FAIL() << "seed " << GetParam() << ", history " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpPropertyTest, testing::Range(1, 13));

}  // namespace
}  // namespace dci::spsystem
