#include "services/wire/codec.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/social/v1/social.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/codec_testing.h"

namespace dci::wire {
namespace {

using ::dci::registry::v1::SearchRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;

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
      "{\"identifier\":[false,{\"identifier_value\":\"1\"},[7],"
      "{\"identifier_value\":\"2\"},true]}";
  const Read read = ReadAs(kPerson, json);
  EXPECT_THAT(read.findings, ElementsAre("/identifier/0 unreadable_value!",
                                         "/identifier/2 unreadable_value!",
                                         "/identifier/4 unreadable_value!"));
  EXPECT_THAT(Write(kPerson, read.wire, schema::Dialect::kG23),
              HasSubstr("\"identifier\":[false,{\"identifier_value\":\"1\"},"
                        "[7],{\"identifier_value\":\"2\"},true]"));
  EXPECT_THAT(Again(kPerson, "{\"identifier\":[[5]]}"),
              HasSubstr("\"identifier\":[[5]]"));
}

TEST(CodecTest, ReadsATextInPlaceOfAnObject) {
  const Read read =
      ReadAs(kPerson, "{\"identifier\":[\"x\",7,\"\"],\"name\":\"A B\"}");
  EXPECT_THAT(
      read.findings,
      ElementsAre("/identifier/0 bare_value", "/identifier/1 bare_value",
                  "/identifier/1 number_as_text",
                  "/identifier/2 empty_as_absent", "/name unreadable_value!"));
  EXPECT_THAT(Write(kPerson, read.wire, schema::Dialect::kG23),
              HasSubstr("\"identifier\":[{\"identifier_value\":\"x\"},"
                        "{\"identifier_value\":\"7\"}],\"name\":\"A B\""));
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
              HasSubstr("\"email\":[\"a@b\"],\"identifier\":[{\"@type\":"
                        "\"Identifier\",\"identifier_type\":\"UIN\","
                        "\"identifier_value\":\"1\"}],\"name\":{\"@type\":"
                        "\"Name\",\"surname\":\"S\"}"));
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
  for (const char* none : {"2023-02-29", "2026-02-30T10:00:00Z", "2026-04-31",
                           "2026-13-01", "0000-00-00"}) {
    EXPECT_THAT(ReadAs(kPerson, absl::StrCat("{\"birth_date\":\"", none, "\"}"))
                    .findings,
                ElementsAre("/birth_date format"))
        << none;
  }
  for (const char* date :
       {"2024-02-29", "2022-12-04T17:20:07-04:00", "1990-05-15",
        "1995-09-21T11:20:00", "1980-04-12T00:00"}) {
    EXPECT_THAT(ReadAs(kPerson, absl::StrCat("{\"birth_date\":\"", date, "\"}"))
                    .findings,
                IsEmpty());
  }
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

// A batch whose first items are full of harmless findings hides none of the
// later ones.
TEST(CodecTest, SumsUpWhatItLeavesOut) {
  std::string json = "{\"address\":[";
  for (int i = 0; i < 2000; ++i) json.append("{\"postal_code\":1},");
  const Read harmless = ReadAs(kPerson, json + "{}]}");
  ASSERT_EQ(harmless.all.size(), kMaxFindings + 1);
  EXPECT_EQ(harmless.all.back().rule, rules::kTooManyFindings);
  EXPECT_FALSE(harmless.all.back().severe);
  for (int i = 0; i < 1000; ++i) json.append("{\"postal_code\":{}},");
  const Read some = ReadAs(kPerson, json + "{}]}");
  EXPECT_FALSE(some.all.back().severe);
  const Read severe = ReadAs(kPerson, json + "{\"postal_code\":[]},7]}");
  EXPECT_TRUE(severe.all.back().severe);
  EXPECT_EQ(severe.all.back().dialects, schema::kAllDialects);
  // Keys that no dialect forbids are only not listed.
  std::string unknown = "{";
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&unknown, "\"k", i, "\":0,");
  EXPECT_EQ(ReadAs(kPerson, unknown + "\"sex\":\"male\"}").all.size(),
            kMaxFindings);
}

}  // namespace
}  // namespace dci::wire
