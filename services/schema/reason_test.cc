// The table of reasons, every row of it.
#include "services/schema/reason.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace dci::schema {
namespace {

namespace common = dci::common::v1;

std::vector<Reason> AllReasons() {
  std::vector<Reason> all;
  const auto* type = common::Reason_descriptor();
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() != 0) {
      all.push_back(static_cast<Reason>(type->value(i)->number()));
    }
  }
  return all;
}

class EveryReason : public testing::TestWithParam<Reason> {};

INSTANTIATE_TEST_SUITE_P(Table, EveryReason, testing::ValuesIn(AllReasons()),
                         [](const auto& info) {
                           return common::Reason_Name(info.param);
                         });

TEST_P(EveryReason, IsCompleteAndConsistent) {
  const ReasonInfo& info = Info(GetParam());
  EXPECT_EQ(info.reason, GetParam());
  EXPECT_TRUE(absl::StartsWith(info.text, "err.") ||
              absl::StartsWith(info.text, "rjct."))
      << info.text;
  EXPECT_GT(static_cast<int>(info.grpc_code), 0);
  EXPECT_LE(static_cast<int>(info.grpc_code), 16);
  EXPECT_GE(info.http_status, 400);
  EXPECT_LT(info.http_status, 600);
  EXPECT_TRUE(info.in_ack || info.in_header || info.in_item);
  // What may succeed later is the server's or the network's doing.
  if (info.retry) {
    EXPECT_TRUE(info.http_status == 408 || info.http_status == 429 ||
                info.http_status >= 500)
        << info.http_status;
  }
}

TEST_P(EveryReason, IsCalledByItsTextAlone) {
  EXPECT_EQ(ReasonFromText(Info(GetParam()).text), GetParam());
}

TEST_P(EveryReason, SurvivesInAStatus) {
  const absl::Status status = Refusal(GetParam(), "why");
  EXPECT_EQ(status.code(), Info(GetParam()).grpc_code);
  EXPECT_EQ(status.message(), "why");
  EXPECT_EQ(ReasonOf(status), GetParam());
}

// Before an ACK every refusal has a code that the published vocabulary of
// acknowledgements knows.
TEST_P(EveryReason, HasACodeForAnAcknowledgement) {
  const std::string text = ReasonText(GetParam(), Place::kAck);
  const auto written = ReasonFromText(text);
  ASSERT_TRUE(written.has_value()) << text;
  EXPECT_TRUE(Info(*written).in_ack) << text;
}

TEST_P(EveryReason, IsWrittenAsItselfWhereItMayStand) {
  const ReasonInfo& info = Info(GetParam());
  for (Place place : {Place::kAck, Place::kHeader, Place::kItem}) {
    if (info.AllowedIn(place)) {
      EXPECT_EQ(ReasonText(GetParam(), place), info.text);
    }
  }
}

TEST(Reason, TextsAreDistinct) {
  std::set<std::string> texts;
  for (Reason reason : AllReasons()) texts.insert(Info(reason).text);
  EXPECT_EQ(texts.size(), AllReasons().size());
}

TEST(Reason, DuplicateIsBadRequestBeforeTheAck) {
  EXPECT_EQ(ReasonText(common::REASON_MESSAGE_ID_DUPLICATE, Place::kAck),
            "err.request.bad");
  EXPECT_EQ(ReasonText(common::REASON_MESSAGE_ID_DUPLICATE, Place::kHeader),
            "rjct.message_id.duplicate");
}

TEST(Reason, OfAPlainStatusFollowsFromItsCode) {
  const std::pair<absl::StatusCode, Reason> expected[] = {
      {absl::StatusCode::kOk, common::REASON_UNSPECIFIED},
      {absl::StatusCode::kCancelled, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kUnknown, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kInvalidArgument, common::REASON_REQUEST_BAD},
      {absl::StatusCode::kDeadlineExceeded, common::REASON_REQUEST_TIMEOUT},
      {absl::StatusCode::kNotFound, common::REASON_REQUEST_NOT_FOUND},
      {absl::StatusCode::kAlreadyExists, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kPermissionDenied, common::REASON_REQUEST_FORBIDDEN},
      {absl::StatusCode::kResourceExhausted,
       common::REASON_REQUEST_TOO_MANY_REQUESTS},
      {absl::StatusCode::kFailedPrecondition,
       common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kAborted, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kOutOfRange, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kUnimplemented, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kInternal, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kUnavailable, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kDataLoss, common::REASON_SERVICE_UNAVAILABLE},
      {absl::StatusCode::kUnauthenticated, common::REASON_REQUEST_UNAUTHORIZED},
  };
  for (const auto& [code, reason] : expected) {
    EXPECT_EQ(ReasonOf(absl::Status(code, "x")), reason)
        << absl::StatusCodeToString(code);
  }
}

TEST(Reason, UnknownOnesAreAnswered) {
  EXPECT_EQ(Info(common::REASON_UNSPECIFIED).text, "err.service.unavailable");
  EXPECT_EQ(Info(static_cast<Reason>(4711)).text, "err.service.unavailable");
  EXPECT_EQ(ReasonFromText("err.request"), std::nullopt);
  EXPECT_EQ(ReasonFromText(""), std::nullopt);
}

TEST(Reason, ForeignPayloadIsIgnored) {
  absl::Status status = absl::NotFoundError("x");
  status.SetPayload("dci/reason", absl::Cord("rjct.nobody.knows"));
  EXPECT_EQ(ReasonOf(status), common::REASON_REQUEST_NOT_FOUND);
}

}  // namespace
}  // namespace dci::schema
