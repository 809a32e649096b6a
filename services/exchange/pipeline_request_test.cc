// Synchronous requests to others: they leave from the outbox, and their answers
// are taken in the commit that takes them out of it.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"
#include "services/exchange/testing/tally.pb.h"

namespace dci::exchange {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string AnswerJson(int value, const std::string& sender = "bank") {
  return absl::StrCat(
      R"({"header":{"message_id":"b-1","message_ts":"2026-11-24T06:40:00Z",)",
      sender.empty() ? "" : absl::StrCat(R"("sender_id":")", sender, R"(",)"),
      R"("action":"on-add","status":"succ"},"message":{"transaction_id":"t-9",)"
      R"("correlation_id":"c-9","add_response":[{"reference_id":"r-1",)"
      R"("timestamp":"2026-11-24T06:40:00Z","status":"succ","value":)",
      value, "}]}}");
}

class RequestTest : public ::testing::Test {
 protected:
  // Asks the bank to add one, under a handle of this side.
  void Ask(const std::string& handle) {
    testing::AddRequest body;
    body.set_transaction_id("t-9");
    body.add_add_request()->set_reference_id("r-1");
    body.mutable_add_request(0)->set_name("x");
    Outgoing message;
    message.method =
        h_.model().FindMethod("dci.exchange.testing.Tally.SyncAdd");
    message.receiver_id = "bank";
    message.handle = handle;
    message.header.set_total_count(1);
    message.body = body.SerializeAsString();
    ASSERT_OK(
        storage::CommitAndWait(h_.store(), {}, [&](storage::CommitView& view) {
          return h_.pipeline().outbox().Enqueue(view, message, h_.clock.Now());
        }));
  }
  void Respond(const std::string& json, int status = 200) {
    h_.sender.RespondWith([=](const Delivery& delivery) {
      return delivery.method->name == "SyncAdd" ? Reply{status, json} : Reply{};
    });
  }
  size_t Parked() {
    std::string cursor;
    return h_.pipeline()
        .outbox()
        .ListParked(*h_.store().GetSnapshot(), "bank", 10, &cursor)
        ->size();
  }

  Harness h_;
};

TEST_F(RequestTest, TheAnswerIsTakenAndWhatItBringsAboutLeaves) {
  Respond(AnswerJson(5));
  Ask("a");
  h_.Restart();
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 5);
  EXPECT_THAT(
      h_.Sent(),
      ElementsAre(AllOf(StartsWith("https://bank.example/tally/sync/add "),
                        HasSubstr(R"("action":"add")")),
                  StartsWith("https://bank.example/tally/list ")));
  h_.DispatchAll();
  EXPECT_THAT(h_.Sent(), IsEmpty());
}

TEST_F(RequestTest, AnAnswerWithoutASenderIsThatOfWhoWasAsked) {
  Respond(AnswerJson(2, ""));
  Ask("a");
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 2);
}

TEST_F(RequestTest, AMereAcknowledgementIsAnAnswerWithoutBody) {
  Respond(R"({"message":{"ack_status":"ACK","correlation_id":"c"}})");
  Ask("a");
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 1);
}

TEST_F(RequestTest, WhatIsNotAnsweredIsAskedAgainAndCountsOnce) {
  Respond("", 503);
  Ask("a");
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 0);
  Respond(AnswerJson(5));
  h_.clock.Advance(absl::Minutes(10));
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 5);
}

TEST_F(RequestTest, AnotherSendersAnswerParksTheRequest) {
  Respond(AnswerJson(5, "sp"));
  Ask("a");
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 0);
  EXPECT_EQ(Parked(), 1u);
}

TEST_F(RequestTest, AnUnreadableAnswerParksTheRequest) {
  Respond("<html>");
  Ask("a");
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 0);
  EXPECT_EQ(Parked(), 1u);
}

TEST_F(RequestTest, ARefusedAnswerParksTheRequestAndLeavesNothingBehind) {
  Respond(AnswerJson(5));
  Ask("no");
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("no"), 0);
  EXPECT_EQ(Parked(), 1u);
}

TEST_F(RequestTest, ARefusedRequestParks) {
  Respond(
      R"({"message":{"ack_status":"ERR","error":{"code":"err.request.bad"}}})",
      400);
  Ask("a");
  h_.DispatchAll();
  EXPECT_EQ(h_.Count("a"), 0);
  EXPECT_EQ(Parked(), 1u);
}

}  // namespace
}  // namespace dci::exchange
