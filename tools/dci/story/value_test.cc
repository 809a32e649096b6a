#include "tools/dci/story/value.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::cli::story {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Value Parsed(absl::string_view json, int line = 1) {
  auto value = ParseValue(json, line);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : Value();
}

TEST(Value, KnowsTheLineOfEachOfItsParts) {
  const Value value = Parsed("\n{\"a\":\n [1,\n  {\"b\": true}]\n}", 10);
  EXPECT_EQ(value.line, 11);
  EXPECT_EQ(value.Find("a")->line, 12);
  EXPECT_EQ(value.Find("a")->elements[1].line, 13);
  EXPECT_EQ(value.Find("a")->elements[1].Find("b")->line, 13);
}

TEST(Value, KeepsOrderEscapesAndLongNumbers) {
  const char kText[] =
      "{\"z\": 123456789012345678901234, \"a\": \"q\\\"\\u00e4\\n\", "
      "\"n\": null, \"e\": [], \"o\": {}}";
  EXPECT_EQ(ToJson(Parsed(kText)),
            "{\"z\": 123456789012345678901234, \"a\": \"q\\\"ä\\n\", "
            "\"n\": null, \"e\": [], \"o\": {}}");
}

std::string ErrorOf(const std::string& json, int line = 1) {
  return std::string(ParseValue(json, line).status().message());
}

TEST(Value, SaysTheLineWhereTheTextIsNoJson) {
  EXPECT_THAT(ErrorOf("{\n\"a\": 1,\n}", 5), StartsWith("7: this is no JSON"));
  EXPECT_THAT(ErrorOf("", 5), StartsWith("5: "));
  EXPECT_THAT(ErrorOf("{\"a\":1,\n\"a\":2}"), HasSubstr("2: "));
  EXPECT_FALSE(ParseValue(std::string(100, '[')).ok());
}

TEST(Value, ComparesByMeaning) {
  EXPECT_TRUE(SameValue(Parsed("{\"a\":5,\"b\":[\"x\"]}"),
                        Parsed("{\"b\":[\"x\"],\"a\":5.0}")));
  EXPECT_FALSE(SameValue(Parsed("5"), Parsed("\"5\"")));
  EXPECT_FALSE(SameValue(Parsed("[1,2]"), Parsed("[1]")));
  EXPECT_FALSE(SameValue(Parsed("{\"a\":1}"), Parsed("{\"b\":1}")));
  EXPECT_FALSE(SameValue(Parsed("true"), Parsed("false")));
}

TEST(Value, FindsTextsOnAPath) {
  const Value value = Parsed("{\"header\":{\"action\":\"search\"}}");
  EXPECT_EQ(value.TextAt({"header", "action"}), "search");
  EXPECT_EQ(value.TextAt({"header", "nothing"}), "");
  EXPECT_EQ(value.TextAt({"nothing", "action"}), "");
}

TEST(Value, PrintsShortThingsInALineAndLongOnesInMany) {
  EXPECT_EQ(ToPrettyJson(Parsed("{\"a\":[1,2]}"), "  "), "  {\"a\": [1, 2]}");
  const std::string text(60, 'x');
  EXPECT_EQ(
      ToPrettyJson(Parsed("{\"a\":[\"" + text + "\"],\"b\":1}"), "> "),
      "> {\n>   \"a\": [\n>     \"" + text + "\"\n>   ],\n>   \"b\": 1\n> }");
}

}  // namespace
}  // namespace dci::cli::story
