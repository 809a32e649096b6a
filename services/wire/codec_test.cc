#include "services/wire/codec.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/social/v1/social.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/test_model.h"

namespace dci::wire {
namespace {

using ::dci::registry::v1::SearchRequest;
using ::dci::schema::Dialect;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;

// "path rule", with "!" where the finding is severe.
std::vector<std::string> Lines(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) {
    lines.push_back(absl::StrCat(f.path, " ", f.rule, f.severe ? "!" : ""));
  }
  return lines;
}

struct Read {
  std::string wire;
  std::vector<Finding> all;
  std::vector<std::string> findings;
};

Read ReadAs(absl::string_view message, absl::string_view json) {
  Read read;
  absl::StatusOr<std::string> wire =
      TestCodec().JsonToWire(TestMessage(message), json, &read.all);
  EXPECT_OK(wire) << json;
  if (wire.ok()) read.wire = *wire;
  read.findings = Lines(read.all);
  return read;
}

std::string Write(absl::string_view message, absl::string_view wire,
                  Dialect dialect = Dialect::kC25) {
  std::string json;
  const absl::Status status =
      TestCodec().WireToJson(TestMessage(message), wire, dialect, &json);
  return status.ok() ? json : status.ToString();
}

// What is read and written again.
std::string Again(absl::string_view message, absl::string_view json,
                  Dialect dialect = Dialect::kC25) {
  return Write(message, ReadAs(message, json).wire, dialect);
}

template <typename Proto>
Proto Parsed(const std::string& wire) {
  Proto proto;
  EXPECT_TRUE(proto.ParseFromString(wire));
  return proto;
}

constexpr char kSearchRequest[] = "dci.registry.v1.SearchRequest";
constexpr char kCriteria[] = "dci.registry.v1.SearchCriteria";
constexpr char kHeader[] = "dci.common.v1.MsgHeader";
constexpr char kCallbackHeader[] = "dci.common.v1.MsgCallbackHeader";
constexpr char kPerson[] = "dci.social.v1.Person";
constexpr char kMember[] = "dci.social.v1.Member";
constexpr char kGroup[] = "dci.social.v1.Group";
constexpr char kData[] = "dci.registry.v1.SearchData";
constexpr char kUnsubscribe[] = "dci.registry.v1.UnsubscribeRequest";

constexpr char kGoodRequest[] =
    "{\"search_request\":[{\"reference_id\":\"r1\",\"search_criteria\":{"
    "\"pagination\":{\"page_number\":1,\"page_size\":10},"
    "\"query\":{\"type\":\"UIN\",\"value\":\"847951632\"},"
    "\"query_type\":\"idtype-value\",\"reg_type\":\"ns:org:RegistryType:"
    "Social\"},\"timestamp\":\"2022-12-04T17:20:07-04:00\"}],"
    "\"transaction_id\":\"123\"}";

TEST(CodecTest, ReadsAPublishedRequestWithoutAFinding) {
  const Read read = ReadAs(kSearchRequest, kGoodRequest);
  EXPECT_THAT(read.findings, IsEmpty());
  const auto request = Parsed<SearchRequest>(read.wire);
  EXPECT_EQ(request.transaction_id(), "123");
  ASSERT_EQ(request.search_request_size(), 1);
  const auto& criteria = request.search_request(0).search_criteria();
  EXPECT_EQ(criteria.idtype_value().value(), "847951632");
  EXPECT_EQ(criteria.pagination().page_size(), 10);
}

TEST(CodecTest, WritesKeysInCanonicalOrder) {
  EXPECT_EQ(Again(kSearchRequest, kGoodRequest), kGoodRequest);
}

TEST(CodecTest, AgreesWithTheGeneratedClasses) {
  SearchRequest request;
  request.set_transaction_id("t\"\\\n\xc3\xa9");
  auto* item = request.add_search_request();
  item->set_reference_id("1");
  item->mutable_search_criteria()->set_query_type("expression");
  item->mutable_search_criteria()
      ->mutable_expression()
      ->mutable_value()
      ->set_text("{ \"a\" : 1.50 }");
  const std::string json = Write(kSearchRequest, request.SerializeAsString());
  EXPECT_EQ(json,
            "{\"search_request\":[{\"reference_id\":\"1\",\"search_criteria\":"
            "{\"query\":{\"value\":{ \"a\" : 1.50 }},\"query_type\":"
            "\"expression\"}}],\"transaction_id\":\"t\\\"\\\\\\n\xc3\xa9\"}");
  EXPECT_EQ(Parsed<SearchRequest>(ReadAs(kSearchRequest, json).wire)
                .SerializeAsString(),
            request.SerializeAsString());
}

TEST(CodecTest, KeepsWhatTheSchemaDoesNotKnow) {
  const char* json =
      "{\"\":0,\"Z\":1.50,\"\xc3\xa9\":\"\\u00e9\",\"a/b~c\":[ 1 , 2 ],"
      "\"big\":123456789012345678901234,\"reference_id\":\"1\","
      "\"zz\":{\"x\":{ }}}";
  const Read read = ReadAs("dci.registry.v1.SearchRequestItem", json);
  EXPECT_THAT(
      read.findings,
      ElementsAre("/ unknown_key", "/Z unknown_key", "/\xc3\xa9 unknown_key",
                  "/a~1b~0c unknown_key", "/big unknown_key", "/zz unknown_key",
                  "/timestamp missing_required",
                  "/search_criteria missing_required"));
  EXPECT_EQ(Write("dci.registry.v1.SearchRequestItem", read.wire),
            "{\"\":0,\"Z\":1.50,\"a/b~c\":[ 1 , 2 ],"
            "\"big\":123456789012345678901234,\"reference_id\":\"1\","
            "\"zz\":{\"x\":{ }},\"\xc3\xa9\":\"\\u00e9\"}");
}

TEST(CodecTest, KeepsValuesThatCannotBeRead) {
  const char* json =
      "{\"action\":{\"x\": 1},\"is_msg_encrypted\":\"perhaps\","
      "\"message_id\":[1,2],\"total_count\":\"many\"}";
  const Read read = ReadAs(kHeader, json);
  EXPECT_THAT(read.findings, ElementsAre("/action unreadable_value!",
                                         "/is_msg_encrypted unreadable_value!",
                                         "/message_id unreadable_value!",
                                         "/total_count unreadable_value!",
                                         "/message_ts missing_required",
                                         "/sender_id missing_required"));
  EXPECT_EQ(read.all[0].seen, "");
  EXPECT_EQ(read.all[1].seen, "\"perhaps\"");
  EXPECT_EQ(Write(kHeader, read.wire), json);
}

TEST(CodecTest, KeepsElementsThatCannotBeReadInTheirPlaces) {
  const char* json =
      "{\"identifier\":[\"x\",{\"identifier_value\":\"1\"},7,"
      "{\"identifier_value\":\"2\"},true]}";
  const Read read = ReadAs(kPerson, json);
  EXPECT_THAT(read.findings, ElementsAre("/identifier/0 unreadable_value!",
                                         "/identifier/2 unreadable_value!",
                                         "/identifier/4 unreadable_value!"));
  EXPECT_THAT(Write(kPerson, read.wire),
              HasSubstr("\"identifier\":[\"x\",{\"identifier_value\":\"1\"},7,"
                        "{\"identifier_value\":\"2\"},true]"));
  EXPECT_THAT(Again(kPerson, "{\"identifier\":[5]}"),
              HasSubstr("\"identifier\":[5]"));
}

TEST(CodecTest, KeepsUnknownWordsOfClosedVocabularies) {
  const Read read = ReadAs(kCallbackHeader, "{\"status\":\"ack\"}");
  EXPECT_THAT(Lines({read.all[0]}), ElementsAre("/status unreadable_value!"));
  EXPECT_EQ(Write(kCallbackHeader, read.wire), "{\"status\":\"ack\"}");
  EXPECT_EQ(Again(kCallbackHeader, "{\"status\":\"SUCC\"}"),
            "{\"status\":\"succ\"}");
}

TEST(CodecTest, ReadsCodesLabelsAndOtherTexts) {
  const Read code = ReadAs(kPerson, "{\"sex\":\"female\"}");
  EXPECT_THAT(code.findings, IsEmpty());
  const Read label = ReadAs(kPerson, "{\"gender\":\"FeMale\"}");
  EXPECT_THAT(label.findings,
              ElementsAre("/gender alias", "/gender code_label"));
  EXPECT_EQ(label.all[1].seen, "");  // Personal.
  EXPECT_EQ(label.wire, code.wire);
  const Read other = ReadAs(kPerson, "{\"sex\":\"none of these\"}");
  EXPECT_THAT(other.findings, ElementsAre("/sex code_unknown"));
  EXPECT_THAT(Write(kPerson, other.wire),
              HasSubstr("\"sex\":\"none of these\""));
}

TEST(CodecTest, ReadsEmptyValuesAsAbsent) {
  const Read read =
      ReadAs(kHeader,
             "{\"version\":\"\",\"message_id\":\"\",\"message_ts\":\" \","
             "\"total_count\":\"\",\"meta\":\"\",\"sender_uri\":null,"
             "\"is_msg_encrypted\":\"\",\"action\":\"a\",\"sender_id\":\"s\"}");
  EXPECT_THAT(
      read.findings,
      ElementsAre(
          "/message_ts empty_as_absent", "/total_count empty_as_absent",
          "/meta empty_as_absent", "/sender_uri empty_as_absent",
          "/is_msg_encrypted empty_as_absent", "/message_id missing_required",
          "/message_ts missing_required", "/total_count missing_required"));
  EXPECT_EQ(Write(kHeader, read.wire),
            "{\"action\":\"a\",\"sender_id\":\"s\"}");
}

TEST(CodecTest, ReadsNumbersAsTextsAndTextsAsNumbers) {
  const Read read =
      ReadAs(kHeader,
             "{\"message_id\":1234567890123456789012345,\"total_count\":\"3\","
             "\"is_msg_encrypted\":\"true\",\"version\":1.0,\"action\":true,"
             "\"message_ts\":\"2022-12-04T17:20:07Z\",\"sender_id\":\"s\"}");
  EXPECT_THAT(
      read.findings,
      ElementsAre("/message_id number_as_text", "/total_count text_as_number",
                  "/is_msg_encrypted text_as_boolean",
                  "/version number_as_text", "/action boolean_as_text"));
  EXPECT_EQ(Write(kHeader, read.wire),
            "{\"action\":\"true\",\"is_msg_encrypted\":true,"
            "\"message_id\":\"1234567890123456789012345\","
            "\"message_ts\":\"2022-12-04T17:20:07Z\",\"sender_id\":\"s\","
            "\"total_count\":3,\"version\":\"1.0\"}");
}

TEST(CodecTest, KeepsTheDigitsOfDecimals) {
  const Read read = ReadAs(kGroup, "{\"poverty_score\":4.50,\"group_size\":2}");
  EXPECT_THAT(read.findings, IsEmpty());
  EXPECT_THAT(Write(kGroup, read.wire),
              HasSubstr("\"group_size\":\"2\",\"poverty_score\":\"4.50\""));
}

TEST(CodecTest, CountsAreWholeAndOf32Bits) {
  EXPECT_EQ(Again(kHeader, "{\"total_count\":1.0}"), "{\"total_count\":1}");
  EXPECT_EQ(Again(kHeader, "{\"total_count\":2e1}"), "{\"total_count\":20}");
  EXPECT_EQ(Again(kHeader, "{\"total_count\":-2147483648}"),
            "{\"total_count\":-2147483648}");
  EXPECT_EQ(Again(kHeader, "{\"total_count\":1.5}"), "{\"total_count\":1.5}");
  for (const char* number :
       {"2147483648", "123456789012345678901234", "1e400", "-2147483649"}) {
    EXPECT_THAT(
        TestCodec().JsonToWire(
            TestMessage(kHeader),
            absl::StrCat("{\"x\":[],\"total_count\": ", number, "}"), nullptr),
        StatusIs(kBad, HasSubstr("number beyond 32 bits: at /total_count "
                                 "(offset 23)")));
  }
  EXPECT_THAT(Lines({ReadAs(kHeader, "{\"total_count\":-1}").all[0]}),
              ElementsAre("/total_count out_of_range"));
}

TEST(CodecTest, ReadsOneAsAListAndAListAsOne) {
  const Read read = ReadAs(
      kPerson,
      "{\"identifier\":{\"identifier_type\":\"UIN\",\"identifier_value\":"
      "\"1\"},\"email\":\"a@b\",\"name\":[{\"surname\":\"S\"}]}");
  EXPECT_THAT(read.findings,
              ElementsAre("/identifier single_as_list", "/email single_as_list",
                          "/name list_as_single"));
  EXPECT_THAT(Write(kPerson, read.wire),
              HasSubstr("\"email\":[\"a@b\"],\"identifier\":[{"
                        "\"identifier_type\":\"UIN\",\"identifier_value\":"
                        "\"1\"}],\"name\":{\"surname\":\"S\"}"));
}

TEST(CodecTest, ReadsThroughWrappers) {
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

TEST(CodecTest, ReadsOlderNamesAndWritesThoseOfTheDialect) {
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

TEST(CodecTest, WritesBothSpellingsWhereTheValidatorDemandsThem) {
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

TEST(CodecTest, TheCanonicalNameCountsWhereTwoDisagree) {
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

TEST(CodecTest, ReadsKeysWithANamespace) {
  const Read read = ReadAs(
      kPerson, "{\"spdci:birth_date\":\"2001-01-01\",\":sex\":\"male\"}");
  EXPECT_THAT(read.findings,
              ElementsAre("/spdci:birth_date prefix", "/:sex prefix"));
  EXPECT_EQ(Parsed<dci::social::v1::Person>(read.wire).sex(), "male");
}

TEST(CodecTest, ReportsKeysGivenTwice) {
  const Read read = ReadAs(kPerson, "{\"sex\":\"male\",\"sex\":\"male\"}");
  EXPECT_THAT(read.findings, ElementsAre("/sex duplicate_key"));
  EXPECT_THAT(
      TestCodec().JsonToWire(TestMessage(kPerson),
                             "{\"sex\":\"male\",\"sex\":\"female\"}", nullptr),
      StatusIs(kBad, HasSubstr("at /sex")));
}

TEST(CodecTest, JudgesTheFormOfTexts) {
  const Read read = ReadAs(
      "dci.registry.v1.SubscribeResponse",
      absl::StrCat("{\"transaction_id\":\"", std::string(100, 'x'),
                   "\",\"correlation_id\":\"1\",\"subscribe_response\":[{"
                   "\"reference_id\":\"1\",\"timestamp\":\"2024-01-01\","
                   "\"status\":\"succ\",\"locale\":\"en\"}]}"));
  EXPECT_THAT(read.findings,
              ElementsAre("/transaction_id too_long",
                          "/subscribe_response/0/timestamp format",
                          "/subscribe_response/0/locale locale"));
  EXPECT_EQ(read.all[0].seen.size(), 80u);
  EXPECT_THAT(ReadAs(kPerson, "{\"birth_date\":\"02.05.2024\"}").findings,
              ElementsAre("/birth_date format"));
  for (const char* date : {"2022-12-04T17:20:07-04:00", "1990-05-15",
                           "1995-09-21T11:20:00", "1980-04-12T00:00"}) {
    EXPECT_THAT(ReadAs(kPerson, absl::StrCat("{\"birth_date\":\"", date, "\"}"))
                    .findings,
                IsEmpty());
  }
}

TEST(CodecTest, TheShapeOfAQueryDecidesWhereItsTypeDoesNot) {
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

TEST(CodecTest, KeepsTheLanguageOfAnExpression) {
  EXPECT_EQ(Again(kCriteria,
                  "{\"query\":{\"type\":\"ns:org:QueryType:graphql\",\"value\":"
                  "{\"expression\":\"{a}\"}},\"query_type\":\"graphql\"}"),
            "{\"query\":{\"type\":\"ns:org:QueryType:graphql\",\"value\":"
            "{\"expression\":\"{a}\"}},\"query_type\":\"graphql\"}");
}

TEST(CodecTest, RecordsAreWhatTheirTypeSays) {
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

TEST(CodecTest, RecordsKeepTheContextTheyCameWith) {
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

TEST(CodecTest, WritesAListOfOneAsTheDialectDoes) {
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

TEST(CodecTest, WritesNullsForPeersThatWantEveryMember) {
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

TEST(CodecTest, RefusesWhatIsNoObject) {
  for (const char* json : {"[]", "1", "\"x\"", "null"}) {
    EXPECT_THAT(TestCodec().JsonToWire(TestMessage(kHeader), json, nullptr),
                StatusIs(kBad, HasSubstr("expected an object")));
  }
}

TEST(CodecTest, FindingsStartWhereTheTextStands) {
  std::vector<Finding> findings;
  ReadOptions options;
  options.at = "/message";
  ASSERT_OK(TestCodec().JsonToWire(TestMessage(kPerson),
                                   "{\"sex\":\"male\",\"sex\":\"male\","
                                   "\"gender\":\"male\"}",
                                   &findings, options));
  EXPECT_THAT(Lines(findings), ElementsAre("/message/sex duplicate_key",
                                           "/message/gender alias"));
}

TEST(WriterTest, RefusesBytesThatAreNoMessage) {
  for (const std::string bytes :
       {std::string("\x08"), std::string("\x0a\x05xx"), std::string("\x0b"),
        std::string("\x00\x00", 2), std::string("\x0d\x01\x02\x03\x04"),
        std::string("\x0a\x01\xff"), std::string("\x08\x01")}) {
    std::string json;
    EXPECT_THAT(TestCodec().WireToJson(TestMessage(kHeader), bytes,
                                       Dialect::kC25, &json),
                StatusIs(kBad));
  }
}

TEST(WriterTest, RefusesJsonThatWouldEndItsObject) {
  for (const char* text :
       {"1,\"sender_id\":\"other\"", "{}}", "", "\"\xff\"", "{\"a\":1"}) {
    dci::common::v1::MsgHeader header;
    header.set_sender_id("s");
    header.add_extras()->set_path("x");
    header.mutable_extras(0)->set_json(text);
    std::string json;
    EXPECT_THAT(
        TestCodec().WireToJson(TestMessage(kHeader), header.SerializeAsString(),
                               Dialect::kC25, &json),
        StatusIs(kBad))
        << text;
  }
}

TEST(WriterTest, AFieldComesBeforeAnExtraOfItsName) {
  dci::common::v1::MsgHeader header;
  header.set_sender_id("right");
  header.add_extras()->set_path("sender_id");
  header.mutable_extras(0)->set_json("\"wrong\"");
  header.add_extras()->set_path("b");
  header.mutable_extras(1)->set_json("1");
  header.add_extras()->set_path("b");
  header.mutable_extras(2)->set_json("2");
  EXPECT_EQ(Write(kHeader, header.SerializeAsString()),
            "{\"b\":1,\"sender_id\":\"right\"}");
}

TEST(WriterTest, BoundsNesting) {
  std::string wire;
  for (int i = 0; i < 5000; ++i) {
    dci::common::v1::Place place;
    std::string outer = "\x22";
    size_t size = wire.size();
    while (size >= 0x80) {
      outer.push_back(static_cast<char>(size | 0x80));
      size >>= 7;
    }
    outer.push_back(static_cast<char>(size));
    wire = outer + wire;
  }
  std::string json;
  EXPECT_THAT(TestCodec().WireToJson(TestMessage("dci.common.v1.Place"), wire,
                                     Dialect::kC25, &json),
              StatusIs(kBad, HasSubstr("nested too deep")));
}

TEST(WriterTest, MergesPiecesAsProtobufDoes) {
  dci::registry::v1::SearchRequestItem a, b;
  a.set_reference_id("first");
  a.mutable_search_criteria()->set_version("1");
  b.set_reference_id("second");
  b.mutable_search_criteria()->set_reg_type("R");
  EXPECT_EQ(Write("dci.registry.v1.SearchRequestItem",
                  a.SerializeAsString() + b.SerializeAsString()),
            "{\"reference_id\":\"second\",\"search_criteria\":{\"reg_type\":"
            "\"R\",\"version\":\"1\"}}");
}

}  // namespace
}  // namespace dci::wire
