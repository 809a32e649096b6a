// Synchronous messages, and what is refused before anything is decided.
#include <future>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"
#include "services/exchange/testing/tally.pb.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A refusal as HTTP shows it.
void ExpectRefused(const Answer& answer, int http_status,
                   const std::string& code) {
  EXPECT_FALSE(answer.status.ok());
  EXPECT_EQ(answer.http_status, http_status);
  EXPECT_THAT(answer.bytes,
              AllOf(HasSubstr("\"errors\":[{\"code\":\"" + code + "\""),
                    HasSubstr("\"ack_status\":\"ERR\""),
                    HasSubstr("\"error\":{\"code\":\"" + code + "\"")));
}

// A refusal in the header of the answer.
void ExpectRefusedInHeader(const Answer& answer, const std::string& code) {
  EXPECT_OK(answer.status);
  EXPECT_EQ(answer.http_status, 200);
  EXPECT_THAT(answer.bytes,
              AllOf(HasSubstr(R"({"header":{"action":"on-add")"),
                    HasSubstr(R"("status":"rjct","status_reason_code":")" +
                              code + "\""),
                    Not(HasSubstr("ack_status"))));
}

TEST(SyncTest, AnswersInTheEnvelopeOfTheCallback) {
  Harness h;
  const Answer answer = h.Post(
      "SyncAdd",
      Message{.items = {AddJson("r-1", "a"), AddJson("r-2", "b")}}.ToJson());
  ASSERT_OK(answer.status);
  EXPECT_EQ(answer.http_status, 200);
  EXPECT_EQ(answer.bytes,
            R"({"header":{"action":"on-add","completed_count":2,)"
            R"("is_msg_encrypted":false,"message_id":"id-2",)"
            R"("message_ts":"2026-11-24T06:40:00.000Z","receiver_id":"sp",)"
            R"("sender_id":"registry","status":"succ","total_count":2,)"
            R"("version":"1.0.0"},"message":{"add_response":[)"
            R"({"reference_id":"r-1","status":"succ",)"
            R"("timestamp":"2026-11-24T06:40:00.000Z","value":1},)"
            R"({"reference_id":"r-2","status":"succ",)"
            R"("timestamp":"2026-11-24T06:40:00.000Z","value":1}],)"
            R"("correlation_id":"id-1","transaction_id":"t-1"}})");
  EXPECT_EQ(h.Count("a"), 1);
}

TEST(SyncTest, ItemsOfABatchSeeWhatTheOnesBeforeThemWrote) {
  Harness h;
  const Answer answer = h.Post(
      "SyncAdd",
      Message{.items = {AddJson("r-1", "a", "claim"),
                        AddJson("r-2", "a", "claim"), AddJson("r-3", "a")}}
          .ToJson());
  EXPECT_THAT(
      answer.bytes,
      AllOf(HasSubstr(R"("reference_id":"r-1","status":"succ")"),
            HasSubstr(R"("reference_id":"r-2","status":"rjct",)"
                      R"("status_reason_code":)"
                      R"("rjct.event.already_subscribed",)"
                      R"("status_reason_message":"taken")"),
            HasSubstr(R"("value":2)"), HasSubstr(R"("completed_count":3)")));
  EXPECT_EQ(h.Count("a"), 2);
}

TEST(SyncTest, ItemsThatAreAllRefusedInTheirDecisionAreAnswered) {
  Harness h;
  h.Post("SyncAdd", Message{.items = {AddJson("r-1", "a")}}.ToJson());
  const Answer answer = h.Post(
      "SyncAdd",
      Message{.message_id = "m-2", .items = {AddJson("r-2", "a", "claim")}}
          .ToJson());
  EXPECT_EQ(answer.http_status, 200);
  EXPECT_THAT(
      answer.bytes,
      AllOf(HasSubstr(R"("status":"rjct")"),
            HasSubstr(R"("status_reason_code":"rjct.errors.too_many")")));
}

TEST(SyncTest, AnItemThatIsNotValidIsRefusedAndTheOthersGoOn) {
  Harness h;
  const Answer answer = h.Post(
      "SyncAdd", Message{.items = {AddJson("r-1", "bad"), AddJson("", "a"),
                                   AddJson("r-3", "a"), AddJson("r-3", "a")}}
                     .ToJson());
  EXPECT_EQ(answer.http_status, 200);
  EXPECT_THAT(answer.bytes, AllOf(HasSubstr("rjct.person_id.invalid"),
                                  HasSubstr("rjct.reference_id.invalid"),
                                  HasSubstr("rjct.reference_id.duplicate"),
                                  HasSubstr(R"("status":"succ")")));
  EXPECT_EQ(h.Count("a"), 1);
}

TEST(SyncTest, WhereNoItemIsValidTheMessageIsRefused) {
  Harness h;
  ExpectRefused(
      h.Post("SyncAdd", Message{.items = {AddJson("r-1", "bad")}}.ToJson()),
      400, "err.request.bad");
  ExpectRefused(h.Post("SyncAdd", Message{}.ToJson()), 400, "err.request.bad");
  EXPECT_EQ(h.pipeline().metrics().refused, 2u);
}

TEST(SyncTest, ATransactionIdHasAtMost99Characters) {
  Harness h;
  EXPECT_OK(h.Post("SyncAdd", Message{.transaction_id = std::string(99, 't'),
                                      .items = {AddJson("r", "a")}}
                                  .ToJson())
                .status);
  ExpectRefused(
      h.Post("SyncAdd", Message{.message_id = "m-2",
                                .transaction_id = std::string(100, 't'),
                                .items = {AddJson("r", "a")}}
                            .ToJson()),
      400, "err.request.bad");
}

TEST(SyncTest, WhatAStrictSenderMayNotWrite) {
  Harness h;
  const std::string good = AddJson("r-1", "a");
  const std::vector<std::string> bad = {
      R"({"reference_id":"r","timestamp":"2026-11-24T06:40:00","name":"a"})",
      R"({"reference_id":"r","timestamp":"yesterday","name":"a"})",
      R"({"reference_id":"r","timestamp":"2026-11-24T06:40:00Z","name":"a",)"
      R"("locale":"en"})",
      R"({"reference_id":"r","timestamp":"2026-11-24T06:40:00Z","name":"a",)"
      R"("locale":"ENG"})",
      R"({"reference_id":"r","timestamp":"2026-11-24T06:40:00Z"})",
      R"({"timestamp":"2026-11-24T06:40:00Z","name":"a"})",
      R"({"reference_id":"r","name":"a"})",
  };
  for (const std::string& item : bad) {
    ExpectRefused(h.Post("SyncAdd", Message{.items = {item}}.ToJson()), 400,
                  "err.request.bad");
  }
  const Answer answer = h.Post(
      "SyncAdd",
      Message{.items = {R"({"reference_id":"r","name":"a","locale":"eng",)"
                        R"("timestamp":"2026-11-24T06:40:00+03:00"})"}}
          .ToJson());
  EXPECT_OK(answer.status);
}

TEST(SyncTest, PagesHaveAtLeastOneRecord) {
  Harness h;
  const auto list = [&](int size) {
    return h.Post(
        "SyncList",
        Message{.action = "list",
                .message_id = absl::StrCat("p-", size),
                .items = {absl::StrCat(
                    R"({"reference_id":"r","timestamp":"2026-11-24T06:40:00Z",)"
                    R"("pagination":{"page_size":)",
                    size, "}}")}}
            .ToJson());
  };
  ExpectRefused(list(0), 400, "err.request.bad");
  EXPECT_OK(list(1).status);
}

TEST(SyncTest, ALenientSenderMayLeaveItsIdsEmpty) {
  Harness h;
  for (int i = 1; i <= 2; ++i) {
    const Answer answer = h.Post("SyncAdd", Message{.sender = "kit",
                                                    .transaction_id = "",
                                                    .items = {AddJson("", "a")}}
                                                .ToJson());
    ASSERT_OK(answer.status);
  }
  // No ids, no message id of its own (the same one twice): the first message
  // again is the first answer again.
  EXPECT_EQ(h.Count("a"), 1);
  h.Post("SyncAdd", Message{.sender = "kit",
                            .message_id = "",
                            .transaction_id = "",
                            .items = {AddJson("", "a")}}
                        .ToJson());
  h.Post("SyncAdd", Message{.sender = "kit",
                            .message_id = "",
                            .transaction_id = "",
                            .items = {AddJson("", "a")}}
                        .ToJson());
  EXPECT_EQ(h.Count("a"), 3);
}

TEST(SyncTest, ChecksTheHeader) {
  HarnessOptions options;
  options.pipeline.max_items = 3;
  Harness h(options);
  const std::vector<std::string> one = {AddJson("r", "a")};
  ExpectRefused(
      h.Post(
          "SyncAdd",
          Message{.items = one, .header = R"(,"receiver_id":"them")"}.ToJson()),
      400, "err.receiver_id.invalid");
  ExpectRefused(
      h.Post("SyncAdd", Message{.sender = "nobody", .items = one}.ToJson()),
      403, "err.sender_id.invalid");
  EXPECT_OK(h.Post("SyncAdd", Message{.items = one,
                                      .header = R"(,"version":"1.0.0",)"
                                                R"("receiver_id":"Registry")"}
                                  .ToJson())
                .status);
}

TEST(SyncTest, WhatAHeaderCanSayIsSaidInTheHeaderOfTheAnswer) {
  HarnessOptions options;
  options.pipeline.max_items = 3;
  Harness h(options);
  const std::string one = AddJson("r", "a");
  struct Case {
    Message message;
    const char* in_header;
    const char* in_ack;
  };
  for (const Case& c :
       {Case{{.action = "remove", .items = {one}},
             "rjct.action.invalid",
             "err.request.bad"},
        Case{{.items = {one}, .header = R"(,"version":"2.0.0")"},
             "rjct.version.invalid",
             "err.version.not_supported"},
        Case{{.items = {one}, .total_count = 2},
             "rjct.total_count.invalid",
             "err.request.bad"},
        Case{{.items = {one, one, one, one}},
             "rjct.total_count.limit_exceeded",
             "err.request.bad"}}) {
    SCOPED_TRACE(c.in_header);
    ExpectRefusedInHeader(h.Post("SyncAdd", c.message.ToJson()), c.in_header);
    ExpectRefused(h.Post("Add", c.message.ToJson()), 400, c.in_ack);
  }
  EXPECT_EQ(h.Count("a"), 0);
  EXPECT_EQ(h.pipeline().metrics().refused, 8u);
  EXPECT_EQ(h.log.events()[0].outcome, "rjct.action.invalid");
}

TEST(SyncTest, ARefusalInTheHeaderNamesTheItems) {
  Harness h;
  const Answer answer = h.Post(
      "SyncAdd",
      Message{.items = {AddJson("r-1", "a")}, .total_count = 2}.ToJson());
  EXPECT_EQ(answer.bytes,
            R"({"header":{"action":"on-add","completed_count":1,)"
            R"("is_msg_encrypted":false,"message_id":"id-2",)"
            R"("message_ts":"2026-11-24T06:40:00.000Z","receiver_id":"sp",)"
            R"("sender_id":"registry","status":"rjct",)"
            R"("status_reason_code":"rjct.total_count.invalid",)"
            R"("status_reason_message":"header.total_count is not 1",)"
            R"("total_count":1,"version":"1.0.0"},"message":{"add_response":[)"
            R"({"reference_id":"r-1","status":"rjct",)"
            R"("timestamp":"2026-11-24T06:40:00.000Z"}],)"
            R"("correlation_id":"id-1","transaction_id":"t-1"}})");
}

// A document that lacks what its operation demands is no message yet: it gets
// an error, whatever it lacks.
TEST(SyncTest, WithoutItsFormAMessageIsAnError) {
  Harness h;
  const std::string good =
      Message{.items = {AddJson("r", "a")}, .header = ""}.ToJson();
  for (const char* member :
       {R"("action":"add",)", R"("message_ts":"2026-11-24T06:40:00Z",)",
        R"(,"total_count":1)"}) {
    std::string bad = good;
    const size_t at = bad.find(member);
    ASSERT_NE(at, std::string::npos) << good;
    bad.erase(at, std::string(member).size());
    ExpectRefused(h.Post("SyncAdd", bad), 400, "err.request.bad");
  }
}

TEST(SyncTest, BadDocumentsAreRefusedWithTheirPlace) {
  Harness h;
  for (const char* text : {"", "{", "[]", "{\"header\":1}", "null",
                           "{\"header\":{},\"message\":{}} x"}) {
    ExpectRefused(h.Post("SyncAdd", text), 400, "err.request.bad");
  }
}

TEST(SyncTest, AnOperationThatNobodyServesIsRefused) {
  Harness h;
  RawMessage raw;
  raw.method = h.model().FindMethod("dci.exchange.testing.TallyCallback.OnAdd");
  raw.bytes = "{}";
  std::promise<Answer> answer;
  h.pipeline().Handle(raw, [&](Answer a) { answer.set_value(a); });
  ExpectRefused(answer.get_future().get(), 400, "err.request.bad");
}

TEST(SyncTest, TooManyMessagesAreThrottledAndToldForHowLong) {
  HarnessOptions options;
  options.participants.push_back(ParticipantOf(R"pb(
    sender_id: "busy"
    signature: POLICY_OFF
    authorization: POLICY_OFF
    encryption: POLICY_OFF
    rate_limit { messages_per_second: 0.5 burst: 1 }
  )pb"));
  Harness h(options);
  const auto post = [&](const std::string& id) {
    return h.Post("SyncAdd", Message{.sender = "busy",
                                     .message_id = id,
                                     .items = {AddJson("r", "a")}}
                                 .ToJson());
  };
  EXPECT_OK(post("m-1").status);
  const Answer answer = post("m-2");
  ExpectRefused(answer, 429, "err.request.too_many_requests");
  EXPECT_EQ(answer.retry_after, absl::Seconds(2));
  h.clock.Advance(absl::Seconds(2));
  EXPECT_OK(post("m-2").status);
  EXPECT_EQ(h.pipeline().metrics().throttled, 1u);
}

TEST(SyncTest, SendersThatAreNotRegisteredHaveOneLimitTogether) {
  HarnessOptions options;
  options.participants.push_back(ParticipantOf(R"pb(
    sender_id: "*"
    signature: POLICY_OFF
    authorization: POLICY_OFF
    encryption: POLICY_OFF
    rate_limit { messages_per_second: 1 burst: 2 }
  )pb"));
  Harness h(options);
  int throttled = 0;
  for (int i = 0; i < 5; ++i) {
    const Answer answer =
        h.Post("SyncAdd", Message{.sender = absl::StrCat("stranger-", i),
                                  .items = {AddJson("r", "a")}}
                              .ToJson());
    throttled += answer.http_status == 429;
  }
  EXPECT_EQ(throttled, 3);
}

TEST(SyncTest, AfterTheDeadlineNothingIsDone) {
  Harness h;
  RawMessage raw;
  raw.method = h.model().FindMethod("dci.exchange.testing.Tally.SyncAdd");
  raw.bytes = Message{.items = {AddJson("r", "a")}}.ToJson();
  raw.received = h.clock.Now();
  raw.deadline = h.clock.Now();
  std::promise<Answer> answer;
  h.pipeline().Handle(raw, [&](Answer a) { answer.set_value(a); });
  ExpectRefused(answer.get_future().get(), 408, "err.request.timeout");
  EXPECT_EQ(h.Count("a"), 0);
}

TEST(SyncTest, ASearchAnswersNoMoreThanMemoryIsMeantToHold) {
  HarnessOptions options;
  options.pipeline.max_answer_bytes = 10;
  Harness h(options);
  ASSERT_OK(h.Post("SyncAdd", Message{.items = {AddJson("r-1", "a-name"),
                                                AddJson("r-2", "b-one"),
                                                AddJson("r-3", "b-two")}}
                                  .ToJson())
                .status);
  const auto item = [](const std::string& id) {
    return "{\"reference_id\":\"" + id +
           "\",\"prefix\":\"a\",\"timestamp\":\"2026-11-24T06:40:00Z\"}";
  };
  const Answer answer =
      h.Post("SyncList", Message{.action = "list",
                                 .message_id = "m-2",
                                 .items = {item("r-1"), item("r-2")}}
                             .ToJson());
  ASSERT_OK(answer.status);
  EXPECT_THAT(answer.bytes,
              AllOf(HasSubstr("\"names\":[\"a-name\"]"),
                    HasSubstr("rjct.search.too_many_records_found"),
                    HasSubstr("\"completed_count\":2")));
  // Nor is one item given that is too large by itself.
  std::string large = item("r-1");
  large.replace(large.find("\"a\""), 3, "\"b\"");
  const Answer refused =
      h.Post("SyncList",
             Message{.action = "list", .message_id = "m-3", .items = {large}}
                 .ToJson());
  EXPECT_THAT(refused.bytes,
              AllOf(Not(HasSubstr("b-one")), HasSubstr("smaller pages"),
                    HasSubstr("rjct.search.too_many_records_found")));
}

TEST(SyncTest, AFaultChangesNothingAndIsNotExplained) {
  Harness h;
  const Answer answer = h.Post(
      "SyncAdd",
      Message{.items = {AddJson("r-1", "a"), AddJson("r-2", "b", "fault")}}
          .ToJson());
  ExpectRefused(answer, 503, "err.service.unavailable");
  EXPECT_THAT(answer.bytes, Not(HasSubstr("fault")));
  EXPECT_EQ(h.Count("a"), 0);
}

TEST(SyncTest, WhoReadWhatIsWrittenBeforeTheAnswer) {
  Harness h;
  EXPECT_EQ(h.Count("read-log"), 0);
  const Answer answer = h.Post(
      "SyncList", Message{.action = "list",
                          .items = {R"({"reference_id":"r","prefix":"logged",)"
                                    R"("timestamp":"2026-11-24T06:40:00Z"})"}}
                      .ToJson());
  ASSERT_OK(answer.status);
  EXPECT_EQ(h.Count("read-log"), 1);
}

TEST(SyncTest, TheSameOverGrpc) {
  Harness h;
  testing::AddRequestEnvelope envelope;
  auto* header = envelope.mutable_header();
  header->set_message_id("m-1");
  header->set_message_ts("2026-11-24T06:40:00Z");
  header->set_action("add");
  header->set_sender_id("sp");
  header->set_total_count(1);
  envelope.mutable_message()->set_transaction_id("t-1");
  auto* item = envelope.mutable_message()->add_add_request();
  item->set_reference_id("r-1");
  item->set_timestamp("2026-11-24T06:40:00Z");
  item->set_name("a");
  const Answer answer = h.PostGrpc("SyncAdd", envelope.SerializeAsString());
  ASSERT_OK(answer.status);
  testing::AddResponseEnvelope response;
  ASSERT_TRUE(response.ParseFromString(answer.bytes));
  EXPECT_EQ(response.header().action(), "on-add");
  EXPECT_EQ(response.message().add_response(0).value(), 1);

  // The same message over HTTP is the same message.
  const Answer http =
      h.Post("SyncAdd", Message{.items = {AddJson("r-1", "a")}}.ToJson());
  EXPECT_THAT(http.bytes, HasSubstr(response.header().message_id()));
  EXPECT_EQ(h.Count("a"), 1);

  envelope.mutable_header()->set_action("remove");
  const Answer refused = h.PostGrpc("SyncAdd", envelope.SerializeAsString());
  EXPECT_OK(refused.status);
  ASSERT_TRUE(response.ParseFromString(refused.bytes));
  EXPECT_EQ(response.header().status(), dci::common::v1::REQUEST_STATUS_RJCT);
  EXPECT_EQ(response.header().status_reason_code(), "rjct.action.invalid");
  // Without an answer that has a header it is the status of the call.
  const Answer error = h.PostGrpc("Add", envelope.SerializeAsString());
  EXPECT_THAT(error.status, StatusIs(absl::StatusCode::kInvalidArgument));
  dci::common::v1::AckEnvelope ack;
  ASSERT_TRUE(ack.ParseFromString(error.bytes));
  EXPECT_EQ(ack.message().error().code(), "err.request.bad");
}

TEST(SyncTest, LogsHoldIdsAndNoContent) {
  Harness h;
  h.Post("SyncAdd", Message{.items = {AddJson("r-1", "Amina")}}.ToJson());
  ASSERT_EQ(h.log.events().size(), 1u);
  const LogEvent event = h.log.events()[0];
  EXPECT_EQ(event.kind, LogEvent::Kind::kAnswered);
  EXPECT_EQ(event.method, "dci.exchange.testing.Tally.SyncAdd");
  EXPECT_EQ(event.participant_id, "sp");
  EXPECT_EQ(event.message_id, "m-1");
  EXPECT_EQ(event.transaction_id, "t-1");
  EXPECT_EQ(event.correlation_id, "id-1");
  EXPECT_EQ(event.items, 1);
  EXPECT_EQ(event.outcome, "");
}

TEST(SyncTest, AStoppingServiceTakesNothing) {
  Harness h;
  h.pipeline().Drain();
  ExpectRefused(
      h.Post("SyncAdd", Message{.items = {AddJson("r", "a")}}.ToJson()), 503,
      "err.service.unavailable");
}

}  // namespace
}  // namespace dci::exchange
