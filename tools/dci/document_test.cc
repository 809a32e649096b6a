#include "tools/dci/document.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "tools/dci/exit_code.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;

struct Verdict {
  ExitCode code;
  std::string text;
};

Verdict Judge(int http_status, absl::string_view body) {
  const absl::Status status = JudgeAnswer(http_status, body);
  return {ExitCodeOf(status), std::string(status.message())};
}

TEST(ReadDocument, KeepsHeaderAndMessageByteForByte) {
  const auto document = ReadDocument(
      "{ \"message\": {\"b\": 1.0} ,\"signature\":\"s\", \"header\":{ } }");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->parts.header_json, "{ }");
  EXPECT_EQ(document->parts.message_json, "{\"b\": 1.0}");
  EXPECT_EQ(document->signature, "s");
}

TEST(ReadDocument, RefusesWhatIsNoDocument) {
  for (const char* text : {"", "[]", "{}", "{\"header\":{}}",
                           "{\"header\":1,\"message\":{}}", "{\"header\":"}) {
    EXPECT_FALSE(ReadDocument(text).ok()) << text;
  }
}

TEST(JudgeAnswer, TakesAckNackAndResults) {
  EXPECT_EQ(Judge(200, R"({"message":{"ack_status":"ACK"}})").code,
            ExitCode::kRight);
  EXPECT_EQ(Judge(202, R"({"message":{"ack_status":"NACK"}})").code,
            ExitCode::kRight);
  EXPECT_EQ(Judge(200, R"({"header":{"status":"succ"},"message":
      {"search_response":[{"status":"rjct"},{"status":"succ"}]}})")
                .code,
            ExitCode::kRight);
  EXPECT_EQ(Judge(200, R"({"search_response":[]})").code, ExitCode::kRight);
}

TEST(JudgeAnswer, RefusesErrWithItsReason) {
  const Verdict verdict =
      Judge(401, R"({"errors":[{"code":"x"}],"message":{"ack_status":"ERR",
            "error":{"code":"err.signature.missing","message":"sign it"}}})");
  EXPECT_EQ(verdict.code, ExitCode::kRefused);
  EXPECT_EQ(verdict.text, "err.signature.missing: sign it");
  // Some systems say ERR with 200.
  EXPECT_EQ(Judge(200, R"({"message":{"ack_status":"ERR"}})").code,
            ExitCode::kRefused);
}

TEST(JudgeAnswer, RefusesARejectedHeaderAndABatchRejectedWhole) {
  EXPECT_THAT(Judge(200, R"({"header":{"status":"rjct","status_reason_code":
                    "rjct.version.invalid"},"message":{}})")
                  .text,
              HasSubstr("rjct.version.invalid"));
  const Verdict items =
      Judge(200, R"({"header":{"status":"succ"},"message":{"transaction_id":
            "t","search_response":[{"status":"rjct","status_reason_code":
            "rjct.search_criteria.invalid"},{"status":"rjct"}]}})");
  EXPECT_EQ(items.code, ExitCode::kRefused);
  EXPECT_THAT(items.text, HasSubstr("rjct.search_criteria.invalid"));
}

TEST(JudgeAnswer, RefusesAnHttpErrorAndDistrustsWhatIsNoJson) {
  const Verdict error =
      Judge(429, R"({"errors":[{"code":"err.request.too_many_requests"}]})");
  EXPECT_EQ(error.code, ExitCode::kRefused);
  EXPECT_THAT(error.text, HasSubstr("HTTP 429"));
  EXPECT_THAT(error.text, HasSubstr("err.request.too_many_requests"));
  EXPECT_EQ(Judge(502, "<html>Bad gateway</html>").code, ExitCode::kUntrusted);
  EXPECT_EQ(Judge(200, "").code, ExitCode::kUntrusted);
}

}  // namespace
}  // namespace dci::cli
