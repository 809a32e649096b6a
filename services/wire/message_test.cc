#include "services/wire/message.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/registry/v1/search.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/test_model.h"

namespace dci::wire {
namespace {

using ::dci::registry::v1::SearchRequest;
using ::dci::registry::v1::SearchRequestEnvelope;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;

const schema::Method& Method(const char* name) {
  const schema::Method* method = TestModel().FindMethod(
      absl::StrCat("dci.social.v1.SocialRegistry", name));
  EXPECT_NE(method, nullptr);
  return *method;
}

const schema::Method& Search() { return Method(".Search"); }

absl::StatusOr<DecodedMessage> Decode(std::string json,
                                      Side side = Side::kRequest) {
  return DecodeJsonMessage(TestCodec(), Method(".SyncSearch"), std::move(json),
                           Limits(), side);
}

std::vector<std::string> Lines(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) {
    lines.push_back(absl::StrCat(f.path, " ", f.rule, f.severe ? "!" : ""));
  }
  return lines;
}

constexpr char kHeader[] =
    "{ \"message_id\": \"1\", \"message_ts\":\"2024-01-01T00:00:00Z\","
    "\"action\":\"search\",\"total_count\":1,\"sender_id\":\"sp\" }";
constexpr char kBody[] =
    "{\"transaction_id\":\"t\",\"search_request\":[{\"reference_id\":\"r\","
    "\"timestamp\":\"2024-01-01T00:00:00Z\",\"search_criteria\":{"
    "\"query_type\":\"predicate\",\"query\":[],\"reg_event_type\":\"E\"}}]}";

TEST(DecodeJsonTest, TakesADocumentApart) {
  ASSERT_OK_AND_ASSIGN(
      const DecodedMessage message,
      Decode(absl::StrCat("{\"signature\":\"a\\u0062\",\"header\": ", kHeader,
                          " ,\n\"message\":", kBody, "}")));
  EXPECT_EQ(message.signature, "ab");
  EXPECT_EQ(message.header.sender_id(), "sp");
  EXPECT_FALSE(message.encrypted);
  EXPECT_EQ(message.document,
            absl::StrCat("{\"header\":", kHeader, ",\"message\":", kBody, "}"));
  SearchRequest body;
  ASSERT_TRUE(body.ParseFromString(message.body));
  EXPECT_EQ(body.search_request(0).reference_id(), "r");
}

TEST(DecodeJsonTest, PassesOverOneByteOrderMark) {
  const std::string document =
      absl::StrCat("{\"header\":", kHeader, ",\"message\":", kBody, "}");
  ASSERT_OK_AND_ASSIGN(const DecodedMessage message,
                       Decode("\xef\xbb\xbf" + document));
  EXPECT_EQ(message.document, document);
  EXPECT_THAT(Lines(message.findings), Contains("/ byte_order_mark"));
  EXPECT_THAT(Decode("\xef\xbb\xbf\xef\xbb\xbf" + document),
              StatusIs(kBad, HasSubstr("offset 0")));
  EXPECT_FALSE(Decode("\xef\xbb" + document).ok());
  EXPECT_FALSE(Decode("\xfe\xff" + document).ok());
}

TEST(DecodeJsonTest, SaysWhatIsMissing) {
  EXPECT_THAT(Decode("{\"message\":{}}"),
              StatusIs(kBad, HasSubstr("no header: at /header (offset 14)")));
  EXPECT_THAT(Decode("{\"header\":\"\",\"message\":{}}"),
              StatusIs(kBad, HasSubstr("expected an object: at /header "
                                       "(offset 10)")));
  EXPECT_THAT(Decode("[]"), StatusIs(kBad, HasSubstr("expected an object")));
  EXPECT_THAT(Decode(absl::StrCat("{\"header\":", kHeader, ",\"message\":[]}")),
              StatusIs(kBad, HasSubstr(absl::StrCat(
                                 "expected an object: at /message (offset ",
                                 std::string(kHeader).size() + 21, ")"))));
  ASSERT_OK_AND_ASSIGN(const DecodedMessage message,
                       Decode(absl::StrCat("{\"header\":", kHeader, "}")));
  EXPECT_THAT(Lines(message.findings), Contains("/message missing_required"));
  EXPECT_EQ(message.body, "");
}

TEST(DecodeJsonTest, RefusesHeadersGivenTwice) {
  EXPECT_THAT(Decode(absl::StrCat("{\"header\":", kHeader, ",\"message\":",
                                  kBody, ",\"header\":{\"sender_id\":\"x\"}}")),
              StatusIs(kBad, HasSubstr("key given twice")));
}

TEST(DecodeJsonTest, FindingsAreOfTheWholeDocument) {
  ASSERT_OK_AND_ASSIGN(
      const DecodedMessage message,
      Decode("{\"headers\":1,\"signature\":null,\"header\":{\"action\":"
             "\"on-search\",\"total_count\":\"1\"},\"message\":{\"message\":{"
             "\"transaction_id\":\"t\",\"search_request\":[]},\"x\":1,"
             "\"x\":1}}"));
  EXPECT_THAT(Lines(message.findings),
              ::testing::UnorderedElementsAre(
                  "/message/x duplicate_key", "/signature empty_as_absent",
                  "/headers unknown_key", "/header/total_count text_as_number",
                  "/header/message_id missing_required",
                  "/header/message_ts missing_required",
                  "/header/sender_id missing_required",
                  "/header/action action!", "/message/message message_nested",
                  "/message/x unknown_key", "/message/x unknown_key"));
}

TEST(DecodeJsonTest, ReadsAnswersWithTheActionOfTheirRequest) {
  const std::string rest =
      ",\"message_id\":\"1\",\"message_ts\":\"2024-01-01T00:00:00Z\","
      "\"status\":\"succ\"},\"message\":{\"transaction_id\":\"t\","
      "\"correlation_id\":\"c\",\"search_response\":[{\"reference_id\":\"r\","
      "\"timestamp\":\"2024-01-01T00:00:00Z\",\"status\":\"succ\"}]}}";
  ASSERT_OK_AND_ASSIGN(
      DecodedMessage message,
      Decode("{\"header\":{\"action\":\"on-search\"" + rest, Side::kAnswer));
  EXPECT_THAT(message.findings, IsEmpty());
  ASSERT_OK_AND_ASSIGN(
      message,
      Decode("{\"header\":{\"action\":\"search\"" + rest, Side::kAnswer));
  EXPECT_THAT(Lines(message.findings),
              ::testing::ElementsAre("/header/action action"));
}

constexpr char kJwe[] =
    "{\"header\":{\"alg\":\"a\",\"enc\":\"e\",\"kid\":\"k\"},\"ciphertext\":"
    "\"c\",\"encrypted_key\":\"y\",\"tag\":\"t\",\"iv\":\"i\"}";

TEST(DecodeJsonTest, KnowsEncryptedBodies) {
  for (const char* flag : {"true", "false"}) {
    ASSERT_OK_AND_ASSIGN(
        const DecodedMessage message,
        Decode(absl::StrCat("{\"header\":{\"is_msg_encrypted\":", flag,
                            "},\"message\":", kJwe, "}")));
    EXPECT_TRUE(message.encrypted);
    dci::common::v1::EncryptedMessage body;
    ASSERT_TRUE(body.ParseFromString(message.body));
    EXPECT_EQ(body.ciphertext(), "c");
  }
  // What is said to be encrypted is never taken for clear.
  ASSERT_OK_AND_ASSIGN(
      const DecodedMessage message,
      Decode(absl::StrCat("{\"header\":{\"is_msg_encrypted\":true},"
                          "\"message\":",
                          kBody, "}")));
  EXPECT_TRUE(message.encrypted);
  EXPECT_THAT(Lines(message.findings),
              Contains("/message discriminator_shape"));
}

TEST(DecodeJsonTest, ReadsTheBodyThatWasEncrypted) {
  ASSERT_OK_AND_ASSIGN(
      DecodedMessage message,
      Decode(absl::StrCat("{\"header\":{\"is_msg_encrypted\":true},"
                          "\"message\":",
                          kJwe, "}")));
  ASSERT_OK(DecodeClearBody(TestCodec(), kBody, Limits(), &message));
  EXPECT_FALSE(message.encrypted);
  SearchRequest body;
  ASSERT_TRUE(body.ParseFromString(message.body));
  EXPECT_EQ(body.transaction_id(), "t");
  EXPECT_THAT(DecodeClearBody(TestCodec(), "{", Limits(), &message),
              StatusIs(kBad));
}

TEST(DecodeJsonTest, BoundsWhatAMessageCosts) {
  Limits limits;
  limits.max_bytes = 100;
  EXPECT_THAT(
      DecodeJsonMessage(TestCodec(), Search(), std::string(101, ' '), limits),
      StatusIs(absl::StatusCode::kResourceExhausted));
  std::string many = absl::StrCat("{\"header\":", kHeader,
                                  ",\"message\":{\"search_request\":[");
  while (many.size() < (10u << 20) - 10) many.append("{},");
  many.append("{}]}}");
  ASSERT_OK_AND_ASSIGN(const DecodedMessage message, Decode(std::move(many)));
  EXPECT_LT(message.body.size(), 11u << 20);
  // Findings are as many as the text has room for, and no more than a bound.
  EXPECT_LE(message.findings.size(), 3 * kMaxFindings + 2);
  EXPECT_THAT(Lines(message.findings), Contains("/message too_many_findings"));
}

// Texts that would make the reader look again and again.
TEST(DecodeJsonTest, CostsDoNotGrowWithTheSquareOfTheText) {
  const std::string head =
      "{\"header\":{},\"message\":{\"search_response\":[{\"data\":{";
  std::string records = head + "\"reg_records\":[";
  for (int i = 0; i < 500000; ++i) records.append("{},");
  EXPECT_OK(Decode(records + "{}]}}]}}", Side::kAnswer));

  std::string repeated = "{\"header\":{},\"message\":{";
  for (int i = 0; i < 250000; ++i) absl::StrAppend(&repeated, "\"", i, "\":0,");
  for (int i = 0; i < 250000; ++i) repeated.append("\"transaction_id\":\"1\",");
  EXPECT_THAT(Decode(repeated + "\"x\":0}}"),
              StatusIs(kBad, HasSubstr("too many keys given twice")));
}

TEST(DecodeGrpcTest, TakesMillionsOfValues) {
  SearchRequestEnvelope envelope;
  envelope.mutable_header()->set_sender_id("s");
  std::string bytes = envelope.SerializeAsString();
  std::string body;
  while (body.size() < (4u << 20)) body.append("\x12\x00\x0a\x00", 4);
  bytes.append("\x1a");
  for (size_t n = body.size(); n > 0; n >>= 7) {
    bytes.push_back(static_cast<char>((n & 0x7f) | (n > 0x7f ? 0x80 : 0)));
  }
  ASSERT_OK_AND_ASSIGN(
      const DecodedMessage message,
      DecodeGrpcMessage(TestCodec(), Search(), bytes + body, Limits()));
  SearchRequest read;
  ASSERT_TRUE(read.ParseFromString(message.body));
  EXPECT_EQ(read.search_request_size(), 1 << 20);
}

SearchRequestEnvelope Envelope() {
  SearchRequestEnvelope envelope;
  envelope.set_signature("sig");
  envelope.mutable_header()->set_sender_id("sp");
  envelope.mutable_header()->set_action("search");
  auto* item = envelope.mutable_message()->add_search_request();
  item->set_reference_id("r");
  item->mutable_search_criteria()->set_reg_event_type("E");
  return envelope;
}

absl::StatusOr<DecodedMessage> DecodeGrpc(
    const SearchRequestEnvelope& envelope) {
  return DecodeGrpcMessage(TestCodec(), Search(), envelope.SerializeAsString(),
                           Limits());
}

TEST(DecodeGrpcTest, TakesAnEnvelopeApart) {
  ASSERT_OK_AND_ASSIGN(const DecodedMessage message, DecodeGrpc(Envelope()));
  EXPECT_EQ(message.signature, "sig");
  EXPECT_EQ(message.header.sender_id(), "sp");
  // No field is lost, whatever dialect has it.
  EXPECT_EQ(message.document,
            "{\"header\":{\"action\":\"search\",\"sender_id\":\"sp\"},"
            "\"message\":{\"search_request\":[{\"reference_id\":\"r\","
            "\"search_criteria\":{\"reg_event_type\":\"E\"}}]}}");
  EXPECT_EQ(message.body, Envelope().message().SerializeAsString());
  EXPECT_THAT(Lines(message.findings),
              Contains("/message/transaction_id missing_required"));
}

TEST(DecodeGrpcTest, IsTheSameAsOverHttp) {
  ASSERT_OK_AND_ASSIGN(const DecodedMessage http,
                       Decode(absl::StrCat("{\"header\":", kHeader,
                                           ",\"message\":", kBody, "}")));
  std::string header;
  ASSERT_TRUE(http.header.SerializeToString(&header));
  ASSERT_OK_AND_ASSIGN(
      const DecodedMessage grpc,
      DecodeGrpcMessage(TestCodec(), Search(),
                        AssembleGrpcEnvelope(*Search().request, "s", header,
                                             http.body, false),
                        Limits()));
  SearchRequest a, b;
  ASSERT_TRUE(a.ParseFromString(grpc.body));
  ASSERT_TRUE(b.ParseFromString(http.body));
  EXPECT_EQ(a.SerializeAsString(), b.SerializeAsString());
  EXPECT_EQ(grpc.header.SerializeAsString(), header);
}

TEST(DecodeGrpcTest, ReadsTheOriginalOfARelay) {
  const std::string document =
      absl::StrCat("{\"signature\":\"own\",\"header\":", kHeader,
                   ",\"message\":", kBody, "}");
  ASSERT_OK_AND_ASSIGN(const std::string bytes,
                       AssembleRelayedEnvelope(*Search().request, document));
  ASSERT_OK_AND_ASSIGN(
      const DecodedMessage message,
      DecodeGrpcMessage(TestCodec(), Search(), bytes, Limits()));
  EXPECT_EQ(message.signature, "own");
  EXPECT_THAT(message.document, HasSubstr(kHeader));

  SearchRequestEnvelope envelope;
  envelope.set_original(document);
  envelope.set_signature("other");
  EXPECT_THAT(DecodeGrpc(envelope), StatusIs(kBad));
  envelope.set_signature("own");
  EXPECT_OK(DecodeGrpc(envelope));
  envelope.mutable_header();
  EXPECT_THAT(DecodeGrpc(envelope), StatusIs(kBad, HasSubstr("beside")));
}

TEST(DecodeGrpcTest, RefusesWhatIsNoEnvelope) {
  for (const std::string& bytes :
       {std::string("\x0a\x05"), std::string("\x12\x02\x08\x01"),
        std::string("\xff\xff\xff\xff\xff\xff\xff")}) {
    EXPECT_THAT(DecodeGrpcMessage(TestCodec(), Search(), bytes, Limits()),
                StatusIs(kBad));
  }
  EXPECT_THAT(DecodeGrpcMessage(TestCodec(), Search(), "", Limits()),
              StatusIs(kBad, HasSubstr("no header")));
}

TEST(DecodeGrpcTest, JsonInsideCannotBecomeMembersOfOurs) {
  SearchRequestEnvelope envelope = Envelope();
  envelope.mutable_header()->mutable_meta()->set_text(
      "1,\"receiver_id\":\"x\"");
  EXPECT_THAT(DecodeGrpc(envelope), StatusIs(kBad, HasSubstr("kept JSON")));
}

TEST(RenderTest, TheNormalFormIsWhatTheReceiverVerifies) {
  RenderOptions options;
  options.normal_form = true;
  ASSERT_OK_AND_ASSIGN(
      const OutgoingParts parts,
      RenderParts(TestCodec(), *Search().request,
                  Envelope().header().SerializeAsString(),
                  Envelope().message().SerializeAsString(), options));
  ASSERT_OK_AND_ASSIGN(const DecodedMessage message, DecodeGrpc(Envelope()));
  EXPECT_EQ(message.document, AssembleDocument(parts, ""));
}

TEST(RenderTest, SignatureIsTheLastMember) {
  RenderOptions options;
  options.all_header_fields = true;
  ASSERT_OK_AND_ASSIGN(
      const OutgoingParts parts,
      RenderParts(TestCodec(), *Search().request,
                  Envelope().header().SerializeAsString(),
                  Envelope().message().SerializeAsString(), options));
  EXPECT_THAT(parts.header_json, HasSubstr("\"receiver_id\":null"));
  EXPECT_EQ(AssembleDocument({"{}", "{\"a\":1}"}, "s\""),
            "{\"header\":{},\"message\":{\"a\":1},\"signature\":\"s\\\"\"}");
  EXPECT_EQ(AssembleDocument({"{}", "{}"}, ""),
            "{\"header\":{},\"message\":{}}");
}

TEST(MethodTest, KnowsItsEnvelopes) {
  EXPECT_EQ(BodyOf(Search(), Side::kAnswer), nullptr);
  EXPECT_EQ(BodyOf(Method(".SyncSearch"), Side::kAnswer)->name,
            "SearchResponse");
  EXPECT_EQ(EnvelopeOf(Method("Callback.OnSearch"), Side::kRequest)->name,
            "SearchResponseEnvelope");
}

}  // namespace
}  // namespace dci::wire
