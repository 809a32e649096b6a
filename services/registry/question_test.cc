#include "services/registry/question.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Asks(absl::string_view json) {
  const auto asked = ParseQuestion(json);
  EXPECT_OK(asked);
  std::vector<std::string> texts;
  if (asked.ok())
    for (const Asked& one : *asked)
      texts.push_back(absl::StrCat(one.attribute, "=", one.value));
  return texts;
}

TEST(QuestionTest, AllPublishedFormsAreRead) {
  EXPECT_THAT(
      Asks(R"({"person_identifier":{"eq":"ABC451123"},
               "programme_identifier.program.programme_identifier":
                   {"eq":"DCI001"}})"),
      ElementsAre("person_identifier=ABC451123",
                  "programme_identifier.program.programme_identifier=DCI001"));
  EXPECT_THAT(Asks(R"({"attribute_name":"person_identifier","operator":"eq",
                       "attribute_value":"847951632"})"),
              ElementsAre("person_identifier=847951632"));
  EXPECT_THAT(Asks(R"([{"attribute_name":"a","operator":"EQ",
                        "attribute_value":7},{"b":{"$eq":"x"}}])"),
              ElementsAre("a=7", "b=x"));
  EXPECT_THAT(Asks(R"({"a":{"b":{"eq":"1"}},"c":" 2 "})"),
              ElementsAre("a.b=1", "c=2"));
}

TEST(QuestionTest, NumbersKeepTheirText) {
  EXPECT_THAT(Asks(R"({"id":{"eq":9007199254740993}})"),
              ElementsAre("id=9007199254740993"));
}

TEST(QuestionTest, WhatIsNoEqualityIsRefused) {
  for (const char* query :
       {"", "nothing", "{}", "[]", "[7]", "null", R"({"eq":"1"})",
        R"({"a":{"gt":"1"},"b":{"$lt":2}})", R"({"a":{"$ne":"1"}})",
        R"({"$or":[{"a":"1"}]})", R"({"a":{"eq":["1","2"]}})",
        R"({"a":{"eq":null}})", R"({"a":{"eq":""}})", R"({"a":{}})",
        R"({"attribute_name":"a","operator":"gt","attribute_value":1})",
        R"({"attribute_name":"a","operator":"eq"})",
        R"({"attribute_name":"","attribute_value":"1"})"}) {
    const auto asked = ParseQuestion(query);
    ASSERT_FALSE(asked.ok()) << query;
    EXPECT_EQ(schema::ReasonOf(asked.status()),
              common::v1::REASON_SEARCH_CRITERIA_INVALID)
        << query;
  }
}

}  // namespace
}  // namespace dci::registry
