#include "services/net/http_message.h"

#include "services/base/status_matchers.h"

namespace dci::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(HeadersTest, NamesCompareWithoutCase) {
  const Headers h = {{"Content-Type", "application/json"}};
  EXPECT_TRUE(h.Has("content-type"));
  EXPECT_EQ(h.GetOr("CONTENT-TYPE"), "application/json");
  EXPECT_FALSE(h.Has("content"));
}

TEST(HeadersTest, AnEmptyValueIsPresent) {
  const Headers h = {{"x", ""}};
  EXPECT_TRUE(h.Has("x"));
  EXPECT_EQ(h.GetOr("x", "other"), "");
  EXPECT_EQ(h.GetOr("y", "other"), "other");
}

TEST(HeadersTest, KeepsEveryValueInOrder) {
  Headers h;
  h.Add("Via", "a");
  h.Add("Other", "x");
  h.Add("via", "b");
  EXPECT_EQ(h.GetOr("VIA"), "a");
  EXPECT_THAT(h.GetAll("via"), ElementsAre("a", "b"));
}

TEST(HeadersTest, SetReplacesEveryValue) {
  Headers h = {{"a", "1"}, {"A", "2"}, {"b", "3"}};
  h.Set("a", "4");
  EXPECT_THAT(h.GetAll("a"), ElementsAre("4"));
  h.Remove("A");
  EXPECT_EQ(h.fields().size(), 1u);
}

TEST(CheckHeadersTest, AcceptsTabsAndBytesBeyondAscii) {
  EXPECT_OK(CheckHeaders({{"x-ok_1", "a\tb \xc3\xa9"}}));
}

TEST(CheckHeadersTest, RefusesWhatCouldForgeAField) {
  const auto invalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(CheckHeaders({{"a", "x\r\nSet-Cookie: y"}}),
              StatusIs(invalid, HasSubstr("header a")));
  EXPECT_THAT(CheckHeaders({{"a", std::string("x\0y", 3)}}), StatusIs(invalid));
  EXPECT_THAT(CheckHeaders({{"a b", "x"}}), StatusIs(invalid));
  EXPECT_THAT(CheckHeaders({{"a:", "x"}}), StatusIs(invalid));
  EXPECT_THAT(CheckHeaders({{"", "x"}}), StatusIs(invalid));
}

TEST(ReasonPhraseTest, NamesCodesAndIsEmptyForUnknownOnes) {
  EXPECT_EQ(ReasonPhrase(404), "Not Found");
  EXPECT_EQ(ReasonPhrase(799), "");
}

}  // namespace
}  // namespace dci::net
