#include "services/sandbox/seed/well_known.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dci::sandbox {
namespace {

struct Known {
  PersonId id;
  const char* surname;
  const char* given_name;
  bool female;
  absl::CivilDay birth;
  const char* marital_status;
};

Life LifeOf(const Known& known) {
  Life life;
  life.ids = {known.id};
  life.surname = known.surname;
  life.given_name = known.given_name;
  life.female = known.female;
  life.birth = known.birth;
  life.marital_status = known.marital_status;
  life.relationship = "SELF";
  if (life.age() >= 16) life.employment = "1";
  return life;
}

Household Alone(const char* id, Life life, const char* score) {
  Household household;
  household.id = id;
  household.home = {"central_region", "CE-02", "2 Reed Path"};
  household.poverty_score = score;
  household.members = {std::move(life)};
  return household;
}

// The social and civil samples answer with this person, under two numbers.
Household SamplePerson() {
  Life life = LifeOf({{"UIN", "847951632"},
                      "Lunbanto",
                      "Oririna",
                      true,
                      absl::CivilDay(1995, 9, 21),
                      "M"});
  life.ids.push_back({"BRN", "947951532"});
  Household household = Alone("HH-S00001", std::move(life), "55.5");
  // Requests name no record type, and answers are persons.
  household.persons_only = true;
  return household;
}

// Of the disability samples: approved, and with a limitation of movement.
Household DisabledPerson() {
  Life life = LifeOf({{"UIN", "ABC451123"},
                      "Taredrevi",
                      "Fiolo",
                      false,
                      absl::CivilDay(1990, 5, 15),
                      "S"});
  life.disabled = true;
  life.limitation = "MOB_SS";
  life.severity = "3";
  return Alone("HH-S00002", std::move(life), "61.0");
}

// Of the compliance kit: known to every registry, the farmers' included.
Household KitPerson() {
  Life life = LifeOf({{"UIN", "TEST-001"},
                      "Garpolder",
                      "Ilomea",
                      true,
                      absl::CivilDay(2001, 3, 9),
                      "S"});
  life.disabled = true;
  life.limitation = "VIS_SS";
  life.severity = "2";
  Household household = Alone("HH-T00001", std::move(life), "2.25");
  household.farms = true;
  household.group_ids = {{"UIN", "TEST-001"}};
  return household;
}

Household NidPerson() {
  Household household = Alone("HH-T00002",
                              LifeOf({{"NID", "0205202401"},
                                      "Noretarn",
                                      "Sasel",
                                      true,
                                      absl::CivilDay(1985, 11, 30),
                                      "S"}),
                              "4.0");
  household.group_ids = {{"NID", "0205202401"}};
  return household;
}

// A widow with a child, poor enough for every sample.
Household Widow(int number) {
  const char* names[] = {"Meradora", "Tamvi", "Yosel"};
  const std::string uin = absl::StrCat(290000000 + number, "0");
  Life widow = LifeOf({{"UIN", uin},
                       "Welnidu",
                       names[number],
                       true,
                       absl::CivilDay(1984 - 9 * number, 6, 2),
                       "W"});
  Life child = LifeOf({{"UIN", absl::StrCat(290000000 + number, "1")},
                       "Welnidu",
                       "Pellosun",
                       false,
                       absl::CivilDay(2016, 4, 17),
                       "S"});
  child.relationship = "SON";
  child.parent1 = widow.id();
  Household household;
  household.id = absl::StrFormat("HH-W%05d", number + 1);
  household.home = {"central_region", "CE-03",
                    absl::StrCat(number + 3, " Kiln Road")};
  household.poverty_score = absl::StrCat(1 + number, ".5");
  Departed husband;
  husband.life = LifeOf({{"UIN", absl::StrCat(290000000 + number, "9")},
                         "Welnidu",
                         "Orisun",
                         false,
                         absl::CivilDay(1980 - 9 * number, 8, 20),
                         "M"});
  husband.life.spouse = widow.id();
  husband.death = absl::CivilDay(2024, 5, 4 + number);
  widow.spouse = husband.life.id();
  child.parent2 = husband.life.id();
  household.members = {std::move(widow), std::move(child)};
  household.departed = {std::move(husband)};
  return household;
}

}  // namespace

std::vector<Household> WellKnownHouseholds() {
  return {SamplePerson(), DisabledPerson(), KitPerson(), NidPerson(),
          Widow(0),       Widow(1),         Widow(2)};
}

}  // namespace dci::sandbox
