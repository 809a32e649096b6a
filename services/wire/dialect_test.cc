#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/social/v1/social.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/codec.h"
#include "services/wire/codec_testing.h"

namespace dci::wire {
namespace {

using ::dci::schema::Dialect;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(DialectTest, ReadsThroughWrappers) {
  const Read read =
      ReadAs(kMember,
             "{\"demographic_info\":{\"person\":{\"sex\":\"male\",\"x\":1},"
             "\"@id\":\"P\"}}");
  EXPECT_THAT(read.findings,
              ElementsAre("/demographic_info/person wrapper",
                          "/demographic_info/person/x unknown_key"));
  EXPECT_THAT(Write(kMember, read.wire),
              HasSubstr("\"demographic_info\":{\"@id\":\"P\",\"sex\":\"male\","
                        "\"x\":1}"));
}

TEST(DialectTest, ReadsOlderNamesAndWritesThoseOfTheDialect) {
  const Read read = ReadAs(kCriteria,
                           "{\"query_type\":\"idtype\",\"query\":{\"type\":"
                           "\"UIN\",\"value\":\"1\"},\"reg_sub_type\":\"E\"}");
  ASSERT_THAT(Lines(read.all), ElementsAre("/reg_sub_type alias",
                                           "/reg_type "
                                           "missing_required"));
  EXPECT_EQ(read.all[0].dialects,
            schema::kAllDialects & ~schema::MaskOf(Dialect::kG23));
  EXPECT_EQ(read.all[1].dialects, schema::MaskOf(Dialect::kG23));
  EXPECT_EQ(Write(kCriteria, read.wire, Dialect::kG23),
            "{\"query\":{\"type\":\"UIN\",\"value\":\"1\"},\"query_type\":"
            "\"idtype\",\"reg_sub_type\":\"E\"}");
  EXPECT_EQ(Write(kCriteria, read.wire, Dialect::kD25),
            "{\"query\":{\"type\":\"UIN\",\"value\":\"1\"},\"query_type\":"
            "\"idtype-value\",\"reg_event_type\":\"E\"}");
  EXPECT_EQ(Write(kCriteria, read.wire, Dialect::kC25),
            "{\"query\":{\"type\":\"UIN\",\"value\":\"1\"},\"query_type\":"
            "\"idtype-value\"}");
}

TEST(DialectTest, WritesBothSpellingsWhereTheValidatorDemandsThem) {
  const Read read = ReadAs(
      kUnsubscribe,
      "{\"timesatmp\":\"2024-01-01T00:00:00Z\",\"sunscription_codes\":[\"a\"],"
      "\"transaction_id\":\"1\"}");
  EXPECT_EQ(Write(kUnsubscribe, read.wire, Dialect::kD25),
            "{\"subscription_codes\":[\"a\"],\"sunscription_codes\":[\"a\"],"
            "\"timesstamp\":\"2024-01-01T00:00:00Z\","
            "\"timestamp\":\"2024-01-01T00:00:00Z\",\"transaction_id\":"
            "\"1\"}");
  const Read both =
      ReadAs(kUnsubscribe,
             "{\"timesstamp\":\"2024-01-01T00:00:00Z\",\"timestamp\":"
             "\"2024-01-01T00:00:00Z\",\"subscription_codes\":[\"a\"],"
             "\"sunscription_codes\":[\"a\"],\"transaction_id\":\"1\"}");
  EXPECT_EQ(both.findings.size(), 2);
  EXPECT_EQ(both.all[0].dialects, schema::MaskOf(Dialect::kC25));
  EXPECT_EQ(Write(kUnsubscribe, both.wire), Write(kUnsubscribe, read.wire));
}

TEST(DialectTest, TheCanonicalNameCountsWhereTwoDisagree) {
  for (const char* json : {"{\"birthdate\":\"2001-01-01\",\"birth_date\":"
                           "\"2002-02-02\"}",
                           "{\"birth_date\":\"2002-02-02\",\"birthdate\":"
                           "\"2001-01-01\"}"}) {
    const Read read = ReadAs(kPerson, json);
    EXPECT_THAT(read.findings,
                ::testing::Contains("/birthdate alias_conflict"));
    EXPECT_EQ(Parsed<dci::social::v1::Person>(read.wire).birth_date(),
              "2002-02-02");
    EXPECT_THAT(Write(kPerson, read.wire),
                HasSubstr("\"birth_date\":\"2002-02-02\",\"birthdate\":"
                          "\"2001-01-01\""));
  }
}

TEST(DialectTest, ReadsKeysWithANamespace) {
  const Read read = ReadAs(
      kPerson, "{\"spdci:birth_date\":\"2001-01-01\",\":sex\":\"male\"}");
  EXPECT_THAT(read.findings,
              ElementsAre("/spdci:birth_date prefix", "/:sex prefix"));
  EXPECT_EQ(Parsed<dci::social::v1::Person>(read.wire).sex(), "male");
}

TEST(DialectTest, TheShapeOfAQueryDecidesWhereItsTypeDoesNot) {
  const Read list = ReadAs(
      kCriteria,
      "{\"query\":[{\"seq_num\":1,\"expression1\":{\"attribute_name\":\"a\","
      "\"operator\":\"eq\",\"attribute_value\":25}}],\"query_type\":"
      "\"expression\"}");
  EXPECT_EQ(list.findings[0], "/query discriminator_shape");
  EXPECT_EQ(list.all[0].seen, "expression");
  EXPECT_EQ(Write(kCriteria, list.wire),
            "{\"query\":[{\"expression1\":{\"attribute_name\":\"a\","
            "\"attribute_value\":25,\"operator\":\"eq\"},\"seq_num\":1}],"
            "\"query_type\":\"predicate\"}");
  const Read none = ReadAs(
      kCriteria, "{\"query\":{\"query_name\":\"n\",\"query_params\":{}}}");
  EXPECT_TRUE(
      Parsed<dci::registry::v1::SearchCriteria>(none.wire).has_named_query());
  const Read other = ReadAs(
      kCriteria, "{\"query\":{\"attribute\": {}},\"query_type\":\"range\"}");
  EXPECT_EQ(Write(kCriteria, other.wire),
            "{\"query\":{\"attribute\": {}},\"query_type\":\"range\"}");
  // A value that is an object makes it an expression, one that is a text an
  // identifier.
  EXPECT_TRUE(
      Parsed<dci::registry::v1::SearchCriteria>(
          ReadAs(kCriteria, "{\"query\":{\"type\":\"t\",\"value\":{}}}").wire)
          .has_expression());
  EXPECT_TRUE(
      Parsed<dci::registry::v1::SearchCriteria>(
          ReadAs(kCriteria, "{\"query\":{\"type\":\"t\",\"value\":\"v\"}}")
              .wire)
          .has_idtype_value());
}

TEST(DialectTest, KeepsTheLanguageOfAnExpression) {
  EXPECT_EQ(Again(kCriteria,
                  "{\"query\":{\"type\":\"ns:org:QueryType:graphql\",\"value\":"
                  "{\"expression\":\"{a}\"}},\"query_type\":\"graphql\"}"),
            "{\"query\":{\"type\":\"ns:org:QueryType:graphql\",\"value\":"
            "{\"expression\":\"{a}\"}},\"query_type\":\"graphql\"}");
}

TEST(DialectTest, RecordsAreWhatTheirTypeSays) {
  const Read read = ReadAs(
      kData,
      "{\"reg_type\":\"R\",\"reg_record_type\":\"Group\",\"reg_records\":["
      "{\"@type\":\"spdci:Member\",\"@id\":\"m\",\"is_disabled\":true},"
      "{\"group_type\":\"g\"},{\"@type\":\"Tractor\",\"wheels\": 4}]}");
  EXPECT_THAT(read.findings, ElementsAre("/reg_records/2 record_unknown"));
  EXPECT_EQ(read.all[0].seen, "Tractor");
  const auto data = Parsed<dci::registry::v1::SearchData>(read.wire);
  ASSERT_EQ(data.reg_records_size(), 3);
  dci::social::v1::Member member;
  ASSERT_TRUE(data.reg_records(0).UnpackTo(&member));
  EXPECT_EQ(member.is_disabled(), "true");
  EXPECT_TRUE(data.reg_records(1).Is<dci::social::v1::Group>());
  const std::string json = Write(kData, read.wire);
  EXPECT_THAT(json, HasSubstr("\"@id\":\"m\",\"@type\":\"spdci:Member\","
                              "\"is_disabled\":true}"));
  EXPECT_THAT(json, HasSubstr("\"@type\":\"Group\",\"group_type\":\"g\"}"));
  EXPECT_THAT(json, HasSubstr("{\"@type\":\"Tractor\",\"wheels\": 4}"));
}

TEST(DialectTest, RecordsKeepTheContextTheyCameWith) {
  const char* own =
      "{\"reg_records\":[{\"@context\":{\"@vocab\": \"x\"},\"@type\":"
      "\"Group\"}]}";
  EXPECT_EQ(Again(kData, own), own);
  const std::string with_default =
      Again(kData, "{\"reg_records\":[{\"@type\":\"Group\"}]}");
  EXPECT_THAT(with_default, HasSubstr("{\"@context\":{\"@vocab\":\"https://"
                                      "schema.spdci.org/extensions/social/"
                                      "v1\""));
  const Read read = ReadAs(kData, with_default);
  EXPECT_EQ(Write(kData, read.wire), with_default);
  // What is written anyway is not stored.
  EXPECT_LT(read.wire.size(), 64u);
}

TEST(DialectTest, WritesAListOfOneAsTheDialectDoes) {
  const std::string wire =
      ReadAs(kData, "{\"reg_records\":[{\"@type\":\"X\"}]}").wire;
  EXPECT_EQ(Write(kData, wire, Dialect::kG23),
            "{\"reg_records\":{\"@type\":\"X\"}}");
  EXPECT_EQ(Write(kData, wire, Dialect::kD25),
            "{\"reg_records\":[{\"@type\":\"X\"}]}");
  const Read single = ReadAs(kData, "{\"reg_records\":{\"@type\":\"X\"}}");
  EXPECT_EQ(single.wire, wire);
  EXPECT_EQ(single.all[0].dialects,
            schema::kAllDialects & ~schema::MaskOf(Dialect::kG23));
}

TEST(DialectTest, WritesAListOfNoneWhereTheDialectDemandsTheMember) {
  EXPECT_EQ(Write(kData, "", Dialect::kC25), "{\"reg_records\":[]}");
  EXPECT_EQ(Write(kData, "", Dialect::kD25), "{\"reg_records\":[]}");
  EXPECT_EQ(Write(kData, "", Dialect::kG23), "{}");
  EXPECT_EQ(Write(kCriteria, "", Dialect::kC25), "{}");
}

TEST(DialectTest, AListOfNoneIsNotMissing) {
  constexpr char kMissing[] = "/reg_records missing_required";
  EXPECT_THAT(Lines(ReadAs(kData, "{\"reg_records\":[]}").all),
              Not(Contains(kMissing)));
  EXPECT_THAT(Lines(ReadAs(kData, "{}").all), Contains(kMissing));
  EXPECT_THAT(Lines(ReadAs(kData, "{\"reg_records\":null}").all),
              Contains(kMissing));
}

TEST(DialectTest, WritesNullsForPeersThatWantEveryMember) {
  WriteOptions options;
  options.nulls = true;
  std::string json;
  ASSERT_OK(TestCodec().WireToJson(
      TestMessage(kHeader), ReadAs(kHeader, "{\"action\":\"search\"}").wire,
      options, &json));
  EXPECT_EQ(json,
            "{\"action\":\"search\",\"is_msg_encrypted\":null,\"message_id\":"
            "null,\"message_ts\":null,\"meta\":null,\"receiver_id\":null,"
            "\"sender_id\":null,\"sender_uri\":null,\"total_count\":null,"
            "\"version\":null}");
}

TEST(DialectTest, TheNormalFormHasEveryField) {
  WriteOptions normal;
  normal.normal_form = true;
  std::string json;
  ASSERT_OK(TestCodec().WireToJson(
      TestMessage(kCriteria),
      ReadAs(kCriteria,
             "{\"reg_sub_type\":\"E\",\"query\":{\"type\":\"UIN\","
             "\"value\":\"1\"},\"query_type\":\"idtype\"}")
          .wire,
      normal, &json));
  EXPECT_EQ(json,
            "{\"query\":{\"type\":\"UIN\",\"value\":\"1\"},\"query_type\":"
            "\"idtype-value\",\"reg_event_type\":\"E\"}");
}

TEST(DialectTest, ABlankMemberDoesNotHideItsOtherName) {
  for (const char* json : {"{\"birthdate\":\"2001-01-01\",\"birth_date\":\"\"}",
                           "{\"birth_date\":null,\"birthdate\":"
                           "\"2001-01-01\"}"}) {
    EXPECT_EQ(Parsed<dci::social::v1::Person>(ReadAs(kPerson, json).wire)
                  .birth_date(),
              "2001-01-01");
  }
}

TEST(DialectTest, TheHeadOfAGroupMayBeAPerson) {
  const Read read =
      ReadAs(kGroup, "{\"group_head_info\":{\"person\":{\"sex\":\"male\"}}}");
  EXPECT_THAT(read.findings, ElementsAre("/group_head_info/person alias"));
  EXPECT_EQ(Parsed<dci::social::v1::Group>(read.wire)
                .group_head_info()
                .demographic_info()
                .sex(),
            "male");
}

}  // namespace
}  // namespace dci::wire
