#include "services/sandbox/seed/population.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::sandbox {
namespace {

std::vector<Household> All(const SeedOptions& options) {
  std::vector<Household> households;
  EXPECT_OK(GivePopulation(options, [&](const Household& household) {
    households.push_back(household);
    return absl::OkStatus();
  }));
  return households;
}

TEST(PopulationTest, NobodySharesAnIdentifierTheDepartedIncluded) {
  std::set<std::string> seen;
  const auto add = [&](const Life& life) {
    for (const PersonId& id : life.ids)
      EXPECT_TRUE(seen.insert(id.type + " " + id.value).second) << id.value;
  };
  for (const Household& household : All({500, 3})) {
    for (const Life& life : household.members) add(life);
    for (const Departed& departed : household.departed) add(departed.life);
  }
  EXPECT_GT(seen.size(), 2000u);
}

TEST(PopulationTest, ParentsAndSpousesExistAndAreOldEnough) {
  for (const Household& household : All({500, 1})) {
    std::map<std::string, const Life*> known;
    for (const Life& life : household.members) known[life.id().value] = &life;
    for (const Departed& departed : household.departed)
      known[departed.life.id().value] = &departed.life;
    for (const Life& life : household.members) {
      for (const PersonId& parent : {life.parent1, life.parent2}) {
        if (parent.value.empty()) continue;
        ASSERT_TRUE(known.count(parent.value)) << household.id;
        EXPECT_GE(known[parent.value]->age() - life.age(), 15) << household.id;
      }
      if (life.spouse.value.empty()) continue;
      ASSERT_TRUE(known.count(life.spouse.value)) << household.id;
      EXPECT_EQ(known[life.spouse.value]->spouse.value, life.id().value);
    }
  }
}

TEST(PopulationTest, AgeCountsWholeYears) {
  Life life;
  life.birth = absl::CivilDay(2025, 1, 2);
  EXPECT_EQ(life.age(), 0);
  life.birth = absl::CivilDay(2025, 1, 1);
  EXPECT_EQ(life.age(), 1);
  life.birth = absl::CivilDay(1960, 12, 31);
  EXPECT_EQ(life.age(), 65);
}

TEST(PopulationTest, WhatOnePurposeDrawsChangesNothingForAnother) {
  Chance first(1, "a"), again(1, "a"), other(1, "b"), seeded(2, "a");
  const int value = first.Below(1 << 30);
  EXPECT_EQ(value, again.Below(1 << 30));
  EXPECT_NE(value, other.Below(1 << 30));
  EXPECT_NE(value, seeded.Below(1 << 30));
}

}  // namespace
}  // namespace dci::sandbox
