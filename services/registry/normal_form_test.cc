#include "services/registry/normal_form.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

const schema::Field& Leaf(const char* message, const char* path) {
  static auto* const paths = new std::vector<schema::Path>;
  auto found = schema::FindPath(
      *SocialModel().FindMessage(std::string("dci.social.v1.") + message),
      path);
  EXPECT_TRUE(found.ok()) << path;
  paths->push_back(*found);
  return paths->back().leaf();
}

TEST(UtcDayTest, ReadsEveryFormThatDataObjectsCarry) {
  const std::pair<const char*, const char*> days[] = {
      {"1990-05-15", "1990-05-15"},
      {"1995-09-21T11:20:00", "1995-09-21"},
      {"1980-04-12T00:00", "1980-04-12"},
      {"1985-05-20T00:00:00Z", "1985-05-20"},
      {"02.05.2024", "2024-05-02"},
      {" 2000-02-29 ", "2000-02-29"},
      {"2022-12-04 17:20:07.123456Z", "2022-12-04"},
      {"2016-12-31T23:59:60Z", "2016-12-31"},
  };
  for (const auto& [text, day] : days) EXPECT_EQ(UtcDay(text), day) << text;
}

TEST(UtcDayTest, CountsTheDayAtUtc) {
  EXPECT_EQ(UtcDay("2022-12-04T23:20:07-04:00"), "2022-12-05");
  EXPECT_EQ(UtcDay("2023-01-01T00:30:00+01:00"), "2022-12-31");
  EXPECT_EQ(UtcDay("2023-01-01T00:30+0100"), "2022-12-31");
  EXPECT_EQ(UtcDay("2024-02-28T23:59:59-00:01"), "2024-02-29");
}

TEST(UtcDayTest, OtherTextsAreNoDays) {
  for (const char* text : {"",
                           " ",
                           "1990",
                           "1990-05",
                           "19900515",
                           "1990-13-01",
                           "2023-02-29",
                           "1990-5-15",
                           "90-05-15",
                           "31.04.2024",
                           "1990-05-15T",
                           "1990-05-15T24:00",
                           "1990-05-15T11",
                           "1990-05-15T11:20:",
                           "1990-05-15T11:20:00.",
                           "1990-05-15T11:20:00+25:00",
                           "1990-05-15T11:20:00 Z",
                           "15/05/1990",
                           "1990-05-15x",
                           "0000-00-00",
                           "0000-01-01T00:00+14:00",
                           "9999-12-31T23:59-01:00"})
    EXPECT_EQ(UtcDay(text), std::nullopt) << text;
}

TEST(NormalFormTest, CodesLabelsAndAliasesAreTheCode) {
  const schema::Field& sex = Leaf("Person", "sex");
  for (const char* text : {"female", "Female", "F", "f", "FeMale", "2"})
    EXPECT_EQ(NormalForm(sex, text), "female") << text;
  EXPECT_EQ(NormalForm(sex, "unheard of"), "unheard of");
}

TEST(NormalFormTest, BooleansInTheirSpellings) {
  const schema::Field& disabled = Leaf("Member", "is_disabled");
  for (const char* text : {"true", "1", "YES", " y "})
    EXPECT_EQ(NormalForm(disabled, text), "1") << text;
  for (const char* text : {"false", "0", "No"})
    EXPECT_EQ(NormalForm(disabled, text), "0") << text;
  EXPECT_EQ(NormalForm(disabled, "2"), std::nullopt);
}

TEST(NormalFormTest, TextsStandAsTheyAre) {
  const schema::Field& kind = Leaf("Group", "group_type");
  EXPECT_EQ(NormalForm(kind, "Household"), "Household");
  EXPECT_NE(NormalForm(kind, "Household"), NormalForm(kind, "household"));
  EXPECT_EQ(NormalForm(kind, ""), "");
}

TEST(NormalFormTest, LongTextsAreCutButStayDifferent) {
  const schema::Field& kind = Leaf("Group", "group_type");
  const std::string whole(kMaxNormalText, 'a');
  EXPECT_EQ(NormalForm(kind, whole), whole);
  const auto one = NormalForm(kind, whole + "1");
  const auto two = NormalForm(kind, whole + "2");
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_EQ(one->size(), kMaxNormalText);
  EXPECT_NE(*one, *two);
  EXPECT_EQ(NormalForm(kind, whole + "1"), one);
}

TEST(NormalFormTest, ObjectsHaveNone) {
  EXPECT_EQ(ValueKindOf(Leaf("Person", "name")), ValueKind::kNone);
  EXPECT_EQ(NormalForm(Leaf("Person", "name"), "x"), std::nullopt);
}

}  // namespace
}  // namespace dci::registry
