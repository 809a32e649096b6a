#include "tools/dci/json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kText[] =
    R"({"a":{"b":[1,{"c/d":"x\ty"}],"n":null,"t":true},"e":{},"f":[]})";

TEST(Json, CheckRefusesWhatIsNone) {
  EXPECT_TRUE(CheckJson(kText).ok());
  EXPECT_FALSE(CheckJson("").ok());
  EXPECT_FALSE(CheckJson("{\"a\":1").ok());
  EXPECT_FALSE(CheckJson("{\"a\":1} x").ok());
  EXPECT_FALSE(CheckJson("<html>").ok());
}

TEST(Json, AtFollowsPointers) {
  EXPECT_EQ(At(kText, "/a/b/0"), "1");
  EXPECT_EQ(At(kText, "/a/t"), "true");
  EXPECT_EQ(At(kText, "/e"), "{}");
  EXPECT_EQ(TextAt(kText, "/a/b/1/c~1d"), "x\ty");
}

TEST(Json, AtGivesNothingWhereThereIsNone) {
  EXPECT_EQ(At(kText, "/x"), std::nullopt);
  EXPECT_EQ(At(kText, "/a/b/2"), std::nullopt);
  EXPECT_EQ(At(kText, "/a/b/-1"), std::nullopt);
  EXPECT_EQ(At(kText, "/a/t/x"), std::nullopt);
  EXPECT_EQ(At(kText, "/e/x"), std::nullopt);
  EXPECT_EQ(At(kText, "/f/0"), std::nullopt);
  EXPECT_EQ(TextAt(kText, "/x"), "");
  EXPECT_EQ(TextAt(kText, "/a/n"), "");
}

TEST(Json, ElementsAndValuesOfOtherTypesAreNone) {
  EXPECT_THAT(Elements("[1, [2,3] ,\"x\"]"),
              ElementsAre("1", "[2,3]", "\"x\""));
  EXPECT_THAT(Elements("{\"a\":1}"), IsEmpty());
  EXPECT_THAT(Elements("[]"), IsEmpty());
  EXPECT_THAT(Values("{\"a\":1,\"b\":{}}"), ElementsAre("1", "{}"));
  EXPECT_THAT(Values("[1]"), IsEmpty());
  EXPECT_THAT(Values("{}"), IsEmpty());
}

TEST(Json, OneLineKeepsStringsAsTheyAre) {
  EXPECT_EQ(OneLine("{\r\n \"a\": \"\\n\"\n}"), "{   \"a\": \"\\n\" }");
}

TEST(JsonObject, WritesEveryKind) {
  const std::string text = JsonObject()
                               .Text("a", "q\"\n")
                               .TextIf("b", "")
                               .Texts("c", {"x", "y"})
                               .Texts("d", {})
                               .Number("e", -3)
                               .Bool("f", false)
                               .Raw("g", "[1]")
                               .Build();
  EXPECT_EQ(text, R"({"a":"q\"\n","c":["x","y"],"e":-3,"f":false,"g":[1]})");
  EXPECT_EQ(JsonObject().Build(), "{}");
}

}  // namespace
}  // namespace dci::cli
