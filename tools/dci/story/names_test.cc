#include "tools/dci/story/names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::cli::story {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct FixedClock : Clock {
  absl::Time Now() const override { return now; }
  absl::Time now;
};

struct CountedIds : IdSource {
  std::string NewId() override {
    return "0000000" + std::to_string(++count) + "-rest";
  }
  int count = 0;
};

class NamesTest : public ::testing::Test {
 protected:
  NamesTest() { clock_.now = *ParseTimestamp("2024-02-29T12:30:00Z"); }
  std::string Fill(absl::string_view text) {
    auto filled = names_.FillText(text);
    return filled.ok() ? *filled : "error: " + filled.status().ToString();
  }

  FixedClock clock_;
  CountedIds ids_;
  Names names_{&clock_, &ids_};
};

TEST_F(NamesTest, PutsInWhatWasSaid) {
  names_.Set("code", Value::Text("S-1"));
  EXPECT_EQ(Fill("a ${code} and ${ code }"), "a S-1 and S-1");
  EXPECT_EQ(Fill("no name, $5, {x}"), "no name, $5, {x}");
  EXPECT_THAT(Fill("${other}"), HasSubstr("nothing has said what ${other} is"));
  EXPECT_THAT(Fill("${open"), HasSubstr("not closed"));
  EXPECT_THAT(Fill("${}"), HasSubstr("names nothing"));
}

TEST_F(NamesTest, CountsDaysAsTheCalendarDoes) {
  EXPECT_EQ(Fill("${today}"), "2024-02-29");
  EXPECT_EQ(Fill("${today-65y}"), "1959-03-01");
  EXPECT_EQ(Fill("${today-4y}"), "2020-02-29");
  EXPECT_EQ(Fill("${today+1d}"), "2024-03-01");
  EXPECT_EQ(Fill("${today-2w}"), "2024-02-15");
  EXPECT_EQ(Fill("${today-12mo}"), "2023-03-01");
}

TEST_F(NamesTest, CountsTimesFromNow) {
  EXPECT_EQ(Fill("${now}"), "2024-02-29T12:30:00.000Z");
  EXPECT_EQ(Fill("${now+90s}"), "2024-02-29T12:31:30.000Z");
  EXPECT_EQ(Fill("${now-2h}"), "2024-02-29T10:30:00.000Z");
  EXPECT_EQ(Fill("${now+10min}"), "2024-02-29T12:40:00.000Z");
  EXPECT_EQ(Fill("${now+1d}"), "2024-03-01T12:30:00.000Z");
}

TEST_F(NamesTest, RefusesWhatLooksLikeATimeAndIsNone) {
  EXPECT_THAT(Fill("${today-65x}"), HasSubstr("is no time"));
  EXPECT_THAT(Fill("${today+2h}"), HasSubstr("is no time"));
  EXPECT_THAT(Fill("${now-}"), HasSubstr("is no time"));
  EXPECT_THAT(Fill("${now+99999999y}"), HasSubstr("is no time"));
  EXPECT_FALSE(*IsBuiltIn("nowhere"));
}

TEST_F(NamesTest, MakesNewTextsOnceForEachName) {
  const std::string child = Fill("${new:child}");
  EXPECT_THAT(child, MatchesRegex("child-[0-9a-f]+"));
  EXPECT_EQ(Fill("${new:child}"), child);
  EXPECT_NE(Fill("${new:mother}"), child);
  const std::string number = Fill("${digits:child}");
  EXPECT_THAT(number, MatchesRegex("[1-9][0-9]+"));
  EXPECT_EQ(number.size(), 10u);
  EXPECT_EQ(Fill("${digits:child}"), number);
  EXPECT_NE(Fill("${fresh}"), Fill("${fresh}"));
}

TEST_F(NamesTest, AnIdWithoutDigitsStillMakesAName) {
  struct Words : IdSource {
    std::string NewId() override { return "zz"; }
  } words;
  Names names(&clock_, &words);
  EXPECT_EQ(*names.FillText("${new:a}"), "a-zz");
}

TEST_F(NamesTest, FillsATreeAndKeepsWhatANameIs) {
  names_.Set("n", *ParseValue("[5]"));
  const Value value =
      *ParseValue("{\"a\": \"${n}\", \"b\": [\"x${n}\"], \"c\": 1}");
  EXPECT_EQ(ToJson(*names_.Fill(value)),
            "{\"a\": [5], \"b\": [\"x[5]\"], \"c\": 1}");
}

TEST_F(NamesTest, SaysTheLineOfWhatIsNotKnown) {
  const Value value = *ParseValue("{\"a\":\n [\"${n}\"]}", 7);
  EXPECT_THAT(std::string(names_.Fill(value).status().message()),
              HasSubstr("8: nothing has said"));
}

TEST(LoneName, IsANameAndNothingBesides) {
  EXPECT_EQ(LoneName("${a}"), "a");
  EXPECT_EQ(LoneName("${a}b"), "");
  EXPECT_EQ(LoneName("a"), "");
  EXPECT_EQ(LoneName("${a}${b}"), "");
}

}  // namespace
}  // namespace dci::cli::story
