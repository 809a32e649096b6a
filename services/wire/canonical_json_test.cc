#include "services/wire/canonical_json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/number_text.h"

namespace dci::wire {
namespace {

using ::dci::config::v1::Canonicalization;
using ::testing::HasSubstr;

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;

std::string In(Canonicalization form, absl::string_view json) {
  absl::StatusOr<std::string> text = Canonicalize(json, form);
  return text.ok() ? *text : text.status().ToString();
}

std::string Jcs(absl::string_view json) {
  return In(dci::config::v1::CANONICALIZATION_JCS, json);
}

// Document of RFC 8785, 3.2.2 and the result of 3.2.4.
TEST(JcsTest, WritesTheExampleOfTheRfc) {
  EXPECT_EQ(
      Jcs("{\n  \"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, "
          "0.000000000000000000000000001],\n"
          "  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c"
          "\\\\\\\"\\/\",\n  \"literals\": [null, true, false]\n}"),
      "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,"
      "4.5,0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\"
      "\\\"/\"}");
}

// Document of RFC 8785, 3.2.3.
TEST(JcsTest, SortsByUtf16CodeUnits) {
  EXPECT_EQ(
      Jcs("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
          "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
          "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\","
          "\"\\u0080\":\"Control\","
          "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}"),
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
      "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
      "\"\xe2\x82\xac\":\"Euro Sign\","
      "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
      "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(JcsTest, SortsAtEveryLevelAndKeepsLists) {
  EXPECT_EQ(Jcs(" [ { \"b\" : [ 2 , 1 ] , \"a\" : { \"d\" : { } , \"c\" : [ ] "
                "} } , [ ] , { } ] "),
            "[{\"a\":{\"c\":[],\"d\":{}},\"b\":[2,1]},[],{}]");
  EXPECT_EQ(Jcs("{\"ab\":1,\"a\":2,\"\":3}"), "{\"\":3,\"a\":2,\"ab\":1}");
}

TEST(JcsTest, IsItsOwnCanonicalForm) {
  const std::string once =
      Jcs("{\"z\":{\"y\":[1e2,{\"b\":\"\\u00e9\",\"a\":-0}]},\"a\":\"\\n\"}");
  EXPECT_EQ(Jcs(once), once);
}

TEST(JcsTest, KeepsOneOfTwoEqualMembers) {
  EXPECT_EQ(Jcs("{\"b\":1,\"a\":2,\"b\":1}"), "{\"a\":2,\"b\":1}");
  EXPECT_EQ(Jcs("{\"b\":1,\"b\":1}"), "{\"b\":1}");
  EXPECT_THAT(
      Canonicalize("{\"b\":1,\"b\":2}", dci::config::v1::CANONICALIZATION_JCS),
      StatusIs(kBad, HasSubstr("key given twice")));
}

TEST(JcsTest, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_THAT(
      Canonicalize("{\"a\":[0,-1e400]}", dci::config::v1::CANONICALIZATION_JCS),
      StatusIs(kBad, HasSubstr("at /a/1 (offset 8)")));
  EXPECT_EQ(Jcs("[1e-400]"), "[0]");
}

TEST(JcsTest, RefusesWhatIsNoJson) {
  EXPECT_THAT(Canonicalize("{\"a\":}", dci::config::v1::CANONICALIZATION_JCS),
              StatusIs(kBad, HasSubstr("at /a (offset 5)")));
}

TEST(PythonFormTest, WritesAsJsonDumps) {
  const char* json =
      "{\"b\":[1e16,1e15,123456789012345678901234567890,-0,-0.0,1.0,1e-5,"
      "0.0001,1.5E300,5e-324,100.0,1e22],\"\\ud83d\\ude00\":1,\"\\ufb33\":2,"
      "\"\xc3\xa9\":\"\\u20ac\\u007f\\/\",\"a\":{\"z\":null,"
      "\"y\":[true,false]}}";
  const std::string numbers =
      "{\"a\":{\"y\":[true,false],\"z\":null},\"b\":[1e+16,1000000000000000.0,"
      "123456789012345678901234567890,0,-0.0,1.0,1e-05,0.0001,1.5e+300,5e-324,"
      "100.0,1e+22],";
  EXPECT_EQ(In(dci::config::v1::CANONICALIZATION_SORTED_ASCII, json),
            numbers +
                "\"\\u00e9\":\"\\u20ac\\u007f/\",\"\\ufb33\":2,"
                "\"\\ud83d\\ude00\":1}");
  EXPECT_EQ(In(dci::config::v1::CANONICALIZATION_SORTED_UTF8, json),
            numbers +
                "\"\xc3\xa9\":\"\xe2\x82\xac\x7f/\",\"\xef\xac\xb3\":2,"
                "\"\xf0\x9f\x98\x80\":1}");
}

TEST(PythonFormTest, RefusesWhatPythonWouldWriteAsInfinity) {
  EXPECT_THAT(
      Canonicalize("[1e400]", dci::config::v1::CANONICALIZATION_SORTED_ASCII),
      StatusIs(kBad));
}

TEST(AsReceivedTest, CutsOutHeaderAndMessage) {
  EXPECT_EQ(In(dci::config::v1::CANONICALIZATION_AS_RECEIVED,
               "{ \"signature\":\"x\",\"message\" : { \"b\" : 1.0 } ,\n"
               "\"h\\u0065ader\": {\"z\":1, \"a\":2}, \"x\": 0}"),
            "{\"header\":{\"z\":1, \"a\":2},\"message\":{ \"b\" : 1.0 }}");
  for (const char* json : {"{}", "[]", "1", "{\"header\":{}}"}) {
    EXPECT_THAT(
        Canonicalize(json, dci::config::v1::CANONICALIZATION_AS_RECEIVED),
        StatusIs(kBad));
  }
}

TEST(NumberTextTest, WritesAsEcmaScript) {
  const struct {
    const char* number;
    const char* text;
  } kCases[] = {
      {"1e16", "10000000000000000"},
      {"123456789012345678901234567890", "1.2345678901234568e+29"},
      {"-0", "0"},
      {"1.0", "1"},
      {"1e-5", "0.00001"},
      {"1e-6", "0.000001"},
      {"1e-7", "1e-7"},
      {"1.5E300", "1.5e+300"},
      {"5e-324", "5e-324"},
      {"1e21", "1e+21"},
      {"1e20", "100000000000000000000"},
      {"0.1", "0.1"},
      {"-12.50", "-12.5"},
      {"9007199254740993", "9007199254740992"},
      {"-1.7976931348623157e308", "-1.7976931348623157e+308"},
      // RFC 8785, appendix B.
      {"295147905179352830000", "295147905179352830000"},
      {"9.999999999999997e22", "9.999999999999997e+22"},
      {"1e23", "1e+23"},
      {"999999999999999700000", "999999999999999700000"},
      {"9.999999999999997e-7", "9.999999999999997e-7"},
      {"333333333.3333332", "333333333.3333332"},
      {"-0.0000033333333333333333", "-0.0000033333333333333333"},
      {"1424953923781206.25", "1424953923781206.2"},
  };
  for (const auto& c : kCases) {
    std::string text;
    EXPECT_TRUE(AppendEcmaScriptNumber(c.number, &text));
    EXPECT_EQ(text, c.text) << c.number;
  }
}

}  // namespace
}  // namespace dci::wire
