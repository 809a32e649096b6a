#include "tools/dci/story/match.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::cli::story {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MatchTest : public ::testing::Test {
 protected:
  // "line path what" of each mismatch.
  std::vector<std::string> Wrong(absl::string_view expected,
                                 absl::string_view actual) {
    std::vector<std::string> wrong;
    for (const Mismatch& mismatch :
         Match(*ParseValue(expected), *ParseValue(actual), &names_))
      wrong.push_back(
          absl::StrCat(mismatch.line, " ", mismatch.path, " ", mismatch.what));
    return wrong;
  }
  std::string Named(absl::string_view name) {
    const Value* value = names_.Find(name);
    return value == nullptr ? "nothing" : ToJson(*value);
  }

  Names names_{Clock::Real(), IdSource::Random()};
};

TEST_F(MatchTest, LooksAtNamedMembersOnly) {
  EXPECT_THAT(Wrong(R"({"a":{"b":1}})", R"({"x":[],"a":{"c":2,"b":1.0}})"),
              IsEmpty());
  EXPECT_THAT(Wrong("{\"a\":\n{\"b/c\":1}}", R"({"a":{"b":1}})"),
              ElementsAre("2 /a/b~1c is missing"));
  EXPECT_THAT(Wrong("{}", "[]"), SizeIs(1));
}

TEST_F(MatchTest, NamesEveryPlaceThatIsWrong) {
  EXPECT_THAT(Wrong("{\"a\":1,\n\"b\":\"ACK\",\n\"c\":null}",
                    R"({"a":2,"b":"ERR","c":null})"),
              ElementsAre("1 /a must be 1, and is 2",
                          "2 /b must be \"ACK\", and is \"ERR\""));
  EXPECT_THAT(Wrong(R"({"a":"5"})", R"({"a":5})"),
              ElementsAre("1 /a must be \"5\", and is 5"));
}

TEST_F(MatchTest, TakesListsAsTheyStand) {
  EXPECT_THAT(Wrong("[1,2]", "[1,2]"), IsEmpty());
  EXPECT_THAT(Wrong("[1,2]", "[2,1]"), SizeIs(2));
  EXPECT_THAT(Wrong("[1]", "[1,2]"),
              ElementsAre(HasSubstr("must have 1 elements, and has 2")));
  EXPECT_THAT(Wrong("[]", "[]"), IsEmpty());
}

TEST_F(MatchTest, DotsStandForOtherElements) {
  EXPECT_THAT(Wrong(R"(["...", 2, "..."])", "[1,2,3]"), IsEmpty());
  EXPECT_THAT(Wrong(R"(["...", 2, "..."])", "[2]"), IsEmpty());
  EXPECT_THAT(Wrong(R"([1, "..."])", "[1]"), IsEmpty());
  EXPECT_THAT(Wrong(R"(["..."])", "[]"), IsEmpty());
  EXPECT_THAT(Wrong(R"(["...", 2, "...", 1, "..."])", "[1,2]"),
              ElementsAre(HasSubstr("in another order")));
  EXPECT_THAT(Wrong(R"(["...", 2])", "[2,1]"), SizeIs(1));
}

TEST_F(MatchTest, SaysWhatTheNearestElementLacks) {
  EXPECT_THAT(Wrong("[\"...\",\n{\"id\":7,\"ok\":\"yes\"}]",
                    R"([{"id":1},{"id":7,"ok":"no"}])"),
              ElementsAre("2  has no such element among its 2",
                          "2 /1/ok must be \"yes\", and is \"no\""));
  EXPECT_THAT(Wrong(R"(["...", 2])", "[]"),
              ElementsAre("1  has no such element among its 0"));
}

TEST_F(MatchTest, StarsStandForAnyText) {
  EXPECT_THAT(Wrong(R"(["*","a*","*z","a*c*","*"])",
                    R"(["x","a","xyz","abc",{"b":1}])"),
              IsEmpty());
  EXPECT_THAT(Wrong(R"(["a*c","*b*","a*a"])", R"(["ab","c","a"])"), SizeIs(3));
  EXPECT_THAT(Wrong(R"("a*")", "5"), SizeIs(1));
}

TEST_F(MatchTest, ANewNameTakesWhatItFindsAndThenKeepsIt) {
  EXPECT_THAT(Wrong(R"({"code":"${code}"})", R"({"code":"S-1"})"), IsEmpty());
  EXPECT_EQ(Named("code"), "\"S-1\"");
  EXPECT_THAT(Wrong(R"("${code}")", R"("S-1")"), IsEmpty());
  EXPECT_THAT(
      Wrong(R"("${code}")", R"("S-2")"),
      ElementsAre("1  must be ${code}, which is \"S-1\", and is \"S-2\""));
  EXPECT_THAT(Wrong(R"("urn:${code}")", R"("urn:S-1")"), IsEmpty());
  EXPECT_THAT(Wrong(R"("${new:x}")", R"("other")"), SizeIs(1));
}

TEST_F(MatchTest, ANameInAListIsThatOfTheElementThatFits) {
  EXPECT_THAT(Wrong(R"(["...",{"k":"b","v":"${v}"},"..."])",
                    R"([{"k":"a","v":1},{"k":"b","v":2}])"),
              IsEmpty());
  EXPECT_EQ(Named("v"), "2");
}

TEST_F(MatchTest, Compares) {
  EXPECT_THAT(
      Wrong(R"(["${< 5}","${<= 5}","${> 4}","${>= 5.0}"])", R"([4,"5",4.5,5])"),
      IsEmpty());
  EXPECT_THAT(Wrong(R"(["${< 5}","${> 5}"])", "[5,5]"), SizeIs(2));
  // By worth, not by characters.
  EXPECT_THAT(Wrong(R"("${< 10}")", "9"), IsEmpty());
  EXPECT_THAT(Wrong(R"("${<= today-18y}")", R"("1980-01-01")"), IsEmpty());
  EXPECT_THAT(Wrong(R"("${> today-18y}")", R"("1980-01-01")"),
              ElementsAre(HasSubstr("must be > today-18y")));
  EXPECT_THAT(
      Wrong(R"(["${one of yes, no}","${not Dead}"])", R"(["no","Alive"])"),
      IsEmpty());
  EXPECT_THAT(
      Wrong(R"(["${one of yes, no}","${not Dead}"])", R"(["maybe","Dead"])"),
      SizeIs(2));
  EXPECT_THAT(Wrong(R"(["${> 0}", "${not x}"])", R"([{"a":1}, null])"),
              SizeIs(2));
}

TEST_F(MatchTest, DemandsAbsence) {
  EXPECT_THAT(Wrong(R"({"a":"${absent}"})", R"({"b":1})"), IsEmpty());
  EXPECT_THAT(Wrong(R"({"a":"${absent}"})", R"({"a":null})"),
              ElementsAre("1 /a must not be there, and is"));
}

TEST_F(MatchTest, CutsLongValues) {
  const std::string text(1000, 'x');
  const auto wrong = Wrong("1", "\"" + text + "\"");
  ASSERT_THAT(wrong, SizeIs(1));
  EXPECT_LT(wrong[0].size(), 250u);
}

TEST(IsComparison, KnowsWhatCompares) {
  EXPECT_TRUE(*IsComparison("< 5"));
  EXPECT_TRUE(*IsComparison("absent"));
  EXPECT_FALSE(*IsComparison("name"));
  EXPECT_FALSE(IsComparison("<").ok());
  EXPECT_FALSE(IsComparison("one of ").ok());
}

}  // namespace
}  // namespace dci::cli::story
