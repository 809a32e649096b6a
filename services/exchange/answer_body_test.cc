#include "services/exchange/answer_body.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/exchange/testing/tally.h"
#include "services/exchange/testing/tally.pb.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795502400);

TEST(AnswerBody, WritesTheMembersThatTheAnswerHas) {
  const auto model = TallyModel();
  HandlerRegistry handlers;
  const auto* method = model->FindMethod("dci.exchange.testing.Tally.SyncAdd");
  ASSERT_TRUE(handlers
                  .Register(*method, std::make_shared<AddHandler>(
                                         storage::Space{}, model.get()))
                  .ok());
  ItemOutcome good;
  testing::AddResult result;
  result.set_value(7);
  good.result = result.SerializeAsString();
  good.reason_code = "succ.fa.active";
  const std::string body = AnswerBody(
      *handlers.Find(method->full_name), "t", "c",
      {OutcomeOf(good, "r-1", kNow),
       RefusedOutcome(
           schema::Refusal(dci::common::v1::REASON_PERSON_ID_INVALID, "who?"),
           "r-2", kNow)});
  testing::AddResponse answer;
  ASSERT_TRUE(answer.ParseFromString(body));
  EXPECT_EQ(answer.transaction_id(), "t");
  EXPECT_EQ(answer.correlation_id(), "c");
  ASSERT_EQ(answer.add_response_size(), 2);
  EXPECT_EQ(answer.add_response(0).value(), 7);
  EXPECT_EQ(answer.add_response(0).status_reason_code(), "succ.fa.active");
  EXPECT_FALSE(answer.add_response(0).has_status_reason_message());
  EXPECT_EQ(answer.add_response(1).status(),
            dci::common::v1::REQUEST_STATUS_RJCT);
  EXPECT_EQ(answer.add_response(1).status_reason_code(),
            "rjct.person_id.invalid");
  EXPECT_EQ(answer.add_response(1).status_reason_message(), "who?");
}

TEST(AnswerBody, PartsOfOneItemAreElementsOfTheirOwn) {
  const auto model = TallyModel();
  HandlerRegistry handlers;
  const auto* method = model->FindMethod("dci.exchange.testing.Tally.SyncAdd");
  ASSERT_TRUE(handlers
                  .Register(*method, std::make_shared<AddHandler>(
                                         storage::Space{}, model.get()))
                  .ok());
  ItemOutcome whole, part;
  whole.reference_id = "first";
  part.reference_id = "second";
  part.status = dci::common::v1::REQUEST_STATUS_RJCT;
  part.reason_code = "rjct.person_id.invalid";
  whole.more = {part};
  const auto outcome = OutcomeOf(whole, "of the item", kNow);
  testing::AddResponse answer;
  ASSERT_TRUE(answer.ParseFromString(
      AnswerBody(*handlers.Find(method->full_name), "t", "c", {outcome})));
  ASSERT_EQ(answer.add_response_size(), 2);
  EXPECT_EQ(answer.add_response(0).reference_id(), "first");
  EXPECT_EQ(answer.add_response(1).reference_id(), "second");
  EXPECT_EQ(answer.add_response(1).status_reason_code(),
            "rjct.person_id.invalid");
  Tally tally;
  Count(outcome, &tally);
  EXPECT_EQ(tally.total, 2);
  EXPECT_EQ(tally.refused, 1);
}

TEST(AnswerHeader, SaysHowTheWholeBatchStands) {
  const auto status = [](int total, int completed, int refused) {
    return AnswerHeader({total, completed, refused}).status();
  };
  EXPECT_EQ(status(3, 3, 0), dci::common::v1::REQUEST_STATUS_SUCC);
  EXPECT_EQ(status(3, 3, 2), dci::common::v1::REQUEST_STATUS_SUCC);
  EXPECT_EQ(status(3, 3, 3), dci::common::v1::REQUEST_STATUS_RJCT);
  EXPECT_EQ(status(3, 2, 2), dci::common::v1::REQUEST_STATUS_PDNG);
  EXPECT_EQ(AnswerHeader({3, 3, 3}).status_reason_code(),
            "rjct.errors.too_many");
  EXPECT_FALSE(AnswerHeader({3, 3, 0}).has_status_reason_code());
}

TEST(OutcomeOf, CutsLongTextsBetweenCharacters) {
  ItemOutcome outcome;
  // 998 bytes, then a character of three.
  outcome.reason_message = std::string(998, 'x') + "\xe2\x82\xac" + "more";
  EXPECT_EQ(OutcomeOf(outcome, "r", kNow).reason_message(),
            std::string(998, 'x'));
  outcome.reason_message = std::string(2000, 'x');
  EXPECT_EQ(OutcomeOf(outcome, "r", kNow).reason_message().size(), 999u);
}

TEST(IsFault, TellsOursFromTheSenders) {
  EXPECT_TRUE(IsFault(absl::InternalError("")));
  EXPECT_TRUE(IsFault(absl::UnavailableError("")));
  EXPECT_FALSE(IsFault(absl::InvalidArgumentError("")));
  EXPECT_FALSE(IsFault(absl::ResourceExhaustedError("")));
  EXPECT_FALSE(IsFault(schema::Refusal(
      dci::common::v1::REASON_SEARCH_TOO_MANY_RECORDS_FOUND, "")));
}

}  // namespace
}  // namespace dci::exchange
