#include "services/sandbox/seed/households.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"

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

constexpr absl::CivilDay kToday(2026, 1, 1);

std::string DayText(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

void SetIdentifier(const std::string& type, const std::string& value,
                   common::v1::Identifier* identifier) {
  identifier->set_identifier_type(type);
  identifier->set_identifier_value(value);
}

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

}  // namespace

social::v1::Person MakePerson(const Life& life, const Home& home,
                              Chance& chance) {
  social::v1::Person person;
  SetIdentifier("UIN", life.uin, person.add_identifier());
  if (chance.Percent(40))
    SetIdentifier("BRN", absl::StrCat("B", life.uin), person.add_identifier());
  person.mutable_name()->set_surname(life.surname);
  person.mutable_name()->set_given_name(life.given_name);
  person.set_sex(life.female ? "female" : "male");
  const absl::CivilDay birth =
      absl::CivilDay(kToday.year() - life.age, kToday.month(), kToday.day()) -
      chance.Below(365);
  person.set_birth_date(DayText(birth));
  person.set_marital_status(life.marital_status);
  common::v1::Address* address = person.add_address();
  address->set_address_line_1(home.street);
  address->set_locality(home.region);
  address->set_sub_region_code(home.sub_region_code);
  if (life.age >= 16 && chance.Percent(60))
    person.add_phone_number(
        absl::StrFormat("+000 555 %04d", chance.Below(10000)));
  person.set_registration_date(DayText(kToday - 30 - chance.Below(1500)));
  person.set_last_updated(DayText(kToday - chance.Below(30)));
  return person;
}

social::v1::Member MakeMember(const Life& life,
                              const social::v1::Person& person,
                              Chance& chance) {
  social::v1::Member member;
  SetIdentifier("UIN", life.uin, member.add_member_identifier());
  *member.mutable_demographic_info() = person;
  const bool disabled = chance.Percent(8);
  member.set_is_disabled(disabled ? "true" : "false");
  if (disabled) {
    social::v1::DisabilityInfo* info = member.add_disability_info();
    static constexpr const char* kLimitations[] = {"VIS_SS", "HEAR_SS",
                                                   "MOB_SS", "COG_SS"};
    info->set_disability_limitation_type(chance.Of(kLimitations));
    info->set_functional_severity(absl::StrCat(2 + chance.Below(3)));
  }
  member.set_marital_status(life.marital_status);
  if (life.age >= 16) {
    member.set_employment_status(absl::StrCat(1 + chance.Below(3)));
    member.set_occupation(absl::StrCat(chance.Below(10)));
    member.set_income_level("1");
    member.set_education_level(absl::StrCat(chance.Below(7)));
  }
  member.set_language_code("1");
  member.set_registration_date(person.registration_date());
  member.set_last_updated(person.last_updated());
  return member;
}

social::v1::Group MakeGroup(const std::string& household_id, const Home& home,
                            const std::string& poverty_score,
                            const std::vector<social::v1::Member>& members) {
  social::v1::Group group;
  SetIdentifier("HOUSEHOLD_ID", household_id, group.add_group_identifier());
  group.set_group_type("household");
  group.mutable_geographical_location()->set_name(home.region);
  common::v1::Address* address = group.add_address();
  address->set_address_line_1(home.street);
  address->set_locality(home.region);
  address->set_sub_region_code(home.sub_region_code);
  group.set_place_address("true");
  group.set_poverty_score(poverty_score);
  group.set_poverty_score_type("proxy_means_test");
  group.set_group_size(absl::StrCat(members.size()));
  if (!members.empty()) *group.mutable_group_head_info() = members.front();
  for (const social::v1::Member& member : members)
    *group.add_member_list() = member;
  group.set_registration_date(DayText(kToday - 400));
  group.set_last_updated(DayText(kToday - 7));
  return group;
}

Home InventHome(Chance& chance) {
  const Region& region = chance.Of(kRegions);
  return {region.name,
          absl::StrFormat("%s-%02d", region.code, 1 + chance.Below(20)),
          absl::StrCat(1 + chance.Below(90), " ", chance.Of(kStreets))};
}

std::vector<Life> InventFamily(int number, Chance& chance) {
  const std::string surname =
      absl::StrCat(chance.Of(kFirstHalf), chance.Of(kFamilyEnd));
  const int size = 1 + chance.Below(3) + chance.Below(4);
  std::vector<Life> family;
  for (int i = 0; i < size; ++i) {
    Life life;
    // Above the numbers that samples use, and room for nine in a family.
    life.uin = absl::StrCat(3000000000ll + 10ll * number + i);
    life.surname = surname;
    life.female = chance.Percent(51);
    life.given_name = GivenName(life.female, chance);
    const bool child = i >= 2;
    life.age = child ? chance.Below(22) : 20 + chance.Below(65);
    life.marital_status = MaritalStatus(life.age, chance);
    life.relationship = i == 0   ? "SELF"
                        : i == 1 ? "SPS"
                                 : (life.female ? "DAU" : "SON");
    family.push_back(std::move(life));
  }
  return family;
}

}  // namespace dci::sandbox
