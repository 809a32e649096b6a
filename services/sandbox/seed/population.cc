#include "services/sandbox/seed/population.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/sandbox/seed/well_known.h"

namespace dci::sandbox {
namespace {

// Of no language: syllables that are easy to say.
constexpr const char* kFirstHalf[] = {"Ba",  "Del", "Fio", "Gar", "Ilo", "Ka",
                                      "Lun", "Mer", "No",  "Ori", "Pel", "Sa",
                                      "Tam", "Ul",  "Vei", "Wen", "Yo",  "Zar"};
constexpr const char* kFemaleEnd[] = {"la", "rina", "dora", "vi", "mea", "sel"};
constexpr const char* kMaleEnd[] = {"lo", "rian", "dor", "vek", "mos", "sun"};
constexpr const char* kFamilyEnd[] = {"banto", "drevi",  "kulan", "morast",
                                      "nidu",  "polder", "rekka", "siboy",
                                      "tarn",  "welluk"};

struct Region {
  const char* name;
  const char* code;
};
constexpr Region kRegions[] = {{"central_region", "CE"},
                               {"upper_marsh", "UM"},
                               {"salt_coast", "SC"},
                               {"old_hills", "OH"},
                               {"river_fork", "RF"}};
constexpr const char* kStreets[] = {"Heron Lane", "Mill Steps", "Kiln Road",
                                    "Reed Path", "Lantern Street"};
constexpr const char* kLimitations[] = {"VIS_SS", "HEAR_SS", "MOB_SS",
                                        "COG_SS"};

// A parent is at least this much older than a child.
constexpr int kYearsToParent = 17;

std::string MaritalStatus(int age, Chance& chance) {
  if (age < 18) return "S";
  const int n = chance.Below(100);
  if (age > 60) return n < 45 ? "M" : n < 85 ? "W" : n < 93 ? "D" : "S";
  return n < 60 ? "M" : n < 67 ? "W" : n < 75 ? "D" : "S";
}

std::string GivenName(bool female, Chance& chance) {
  return absl::StrCat(chance.Of(kFirstHalf),
                      female ? chance.Of(kFemaleEnd) : chance.Of(kMaleEnd));
}

absl::CivilDay BirthAt(int age, Chance& chance) {
  return absl::CivilDay(kSeedDay.year() - age, 1, 1) - chance.Below(365);
}

Home InventHome(Chance& chance) {
  const Region& region = chance.Of(kRegions);
  return {region.name,
          absl::StrFormat("%s-%02d", region.code, 1 + chance.Below(20)),
          absl::StrCat(1 + chance.Below(90), " ", chance.Of(kStreets))};
}

// What anybody has: numbers, a name, a body, work.
Life InventLife(int64_t uin, const std::string& surname, int age,
                Chance& chance) {
  Life life;
  life.ids = {{"UIN", absl::StrCat(uin)}, {"BRN", absl::StrCat("B", uin)}};
  life.surname = surname;
  life.female = chance.Percent(51);
  life.given_name = GivenName(life.female, chance);
  life.birth = BirthAt(age, chance);
  life.marital_status = MaritalStatus(age, chance);
  life.disabled = chance.Percent(8);
  if (life.disabled) {
    life.limitation = chance.Of(kLimitations);
    life.severity = absl::StrCat(2 + chance.Below(3));
  }
  if (age >= 16) life.employment = absl::StrCat(1 + chance.Below(3));
  return life;
}

// The head's partner, whose marriage is the head's.
void Marry(Life* head, Life* spouse) {
  spouse->relationship = "SPS";
  spouse->female = !head->female;
  head->marital_status = spouse->marital_status = "M";
  head->spouse = spouse->id();
  spouse->spouse = head->id();
}

// Whom a widow or widower has lost.
Departed Lost(int64_t uin, Life* left, Chance& chance) {
  Departed departed;
  departed.life = InventLife(uin, left->surname, left->age(), chance);
  departed.life.female = !left->female;
  departed.life.given_name = GivenName(departed.life.female, chance);
  departed.life.marital_status = "M";
  departed.life.spouse = left->id();
  departed.death = kSeedDay - 30 - chance.Below(2000);
  left->spouse = departed.life.id();
  return departed;
}

Household InventHousehold(uint32_t seed, int number) {
  Chance chance(seed, absl::StrCat("household ", number));
  Household household;
  household.id = absl::StrFormat("HH-%08d", number + 1);
  household.home = InventHome(chance);
  household.poverty_score =
      absl::StrCat(chance.Below(100), ".", chance.Below(10));
  household.farms = chance.Percent(25);
  const std::string surname =
      absl::StrCat(chance.Of(kFirstHalf), chance.Of(kFamilyEnd));
  const int size = 1 + chance.Below(3) + chance.Below(4);
  // Above the numbers that samples use, with room for nine in a family.
  const int64_t first_uin = 3000000000ll + 10ll * number;
  const int head_age = 20 + chance.Below(65);
  int youngest_parent = head_age;
  for (int i = 0; i < size; ++i) {
    int age = head_age;
    if (i == 1) age = std::max(20, head_age - 8 + chance.Below(17));
    if (i == 1) youngest_parent = std::min(head_age, age);
    if (i >= 2)
      age = chance.Below(
          std::max(1, std::min(22, youngest_parent - kYearsToParent)));
    Life life = InventLife(first_uin + i, surname, age, chance);
    life.relationship = i == 0 ? "SELF" : life.female ? "DAU" : "SON";
    if (i >= 2) {
      life.parent1 = household.members[0].id();
      life.parent2 = household.members[1].id();
    }
    household.members.push_back(std::move(life));
    if (i == 1) Marry(&household.members[0], &household.members[1]);
  }
  // Who lives without a partner is not married.
  Life& head = household.members.front();
  if (size == 1 && head.marital_status == "M") head.marital_status = "W";
  if (size == 1 && head.marital_status == "W")
    household.departed.push_back(Lost(first_uin + 9, &head, chance));
  for (size_t i = 2; i < household.members.size(); ++i)
    household.members[i].marital_status = "S";
  return household;
}

uint32_t Mix(uint32_t seed, absl::string_view whose) {
  uint32_t hash = 2166136261u ^ seed;  // FNV-1a
  for (const char c : whose)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

}  // namespace

Chance::Chance(uint32_t seed, absl::string_view whose)
    : random_(Mix(seed, whose)) {}

int Life::age() const {
  const int years = static_cast<int>(kSeedDay.year() - birth.year());
  const bool had_birthday =
      absl::CivilDay(kSeedDay.year(), birth.month(), birth.day()) <= kSeedDay;
  return had_birthday ? years : years - 1;
}

std::string DayText(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

absl::Status GivePopulation(const SeedOptions& options, HouseholdSink sink) {
  for (const Household& household : WellKnownHouseholds())
    RETURN_IF_ERROR(sink(household));
  for (int i = 0; i < options.households; ++i)
    RETURN_IF_ERROR(sink(InventHousehold(options.seed, i)));
  return absl::OkStatus();
}

}  // namespace dci::sandbox
