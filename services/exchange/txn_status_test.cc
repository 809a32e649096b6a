#include "services/exchange/txn_status.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"
#include "services/exchange/text_list.h"

namespace dci::exchange {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

int next_id = 0;

std::string Ask(const std::string& type, const std::string& value,
                const std::string& txn_type = "add",
                const std::string& sender = "sp") {
  return absl::StrCat(
      R"({"header":{"message_id":"q-)", ++next_id,
      R"(","message_ts":"2026-11-24T06:40:00Z","action":"txn-status",)"
      R"("sender_id":")",
      sender,
      R"(","total_count":1},"message":{"transaction_id":"t-q",)"
      R"("txnstatus_request":{"reference_id":"r-q","txn_type":")",
      txn_type, R"(","attribute_type":")", type, R"(","attribute_value":)",
      value, "}}}");
}

class TxnStatusTest : public ::testing::Test {
 protected:
  void Add(const std::string& id, std::vector<std::string> items) {
    ASSERT_OK(h.Post("Add", Message{.message_id = id,
                                    .transaction_id = "t-" + id,
                                    .items = std::move(items)}
                                .ToJson())
                  .status);
  }
  void ExpectNotFound(const std::string& question) {
    const Answer answer = h.Post("SyncStatus", question);
    EXPECT_THAT(answer.status, StatusIs(absl::StatusCode::kNotFound));
    EXPECT_EQ(answer.http_status, 404);
    EXPECT_THAT(answer.bytes, HasSubstr("err.request.not_found"));
  }

  Harness h;
};

TEST_F(TxnStatusTest, TellsWhatIsReceivedAndThenWhatBecameOfIt) {
  Add("1", {AddJson("r-1", "a"), AddJson("r-2", "bad")});
  Answer answer = h.Post("SyncStatus", Ask("transaction_id", R"("t-1")"));
  ASSERT_OK(answer.status);
  EXPECT_THAT(answer.bytes, AllOf(HasSubstr(R"("action":"txn-on-status")"),
                                  HasSubstr(R"("status":"rcvd")"),
                                  HasSubstr(R"("txn_type":"add")")));
  h.DecideAll();
  answer = h.Post("SyncStatus", Ask("transaction_id", R"("t-1")"));
  EXPECT_THAT(
      answer.bytes,
      AllOf(HasSubstr(R"("txnstatus_response":{"txn_status":)"
                      R"({"add_response":[{"reference_id":"r-1",)"),
            HasSubstr(R"("value":1)"), HasSubstr("rjct.person_id.invalid"),
            HasSubstr(R"("correlation_id":"id-1",)"
                      R"("transaction_id":"t-1"})"),
            HasSubstr(R"("transaction_id":"t-q","txnstatus_response")"),
            Not(HasSubstr("rcvd"))));
}

TEST_F(TxnStatusTest, FindsByCorrelationId) {
  Add("1", {AddJson("r-1", "a")});
  h.DecideAll();
  EXPECT_THAT(h.Post("SyncStatus", Ask("correlation_id", R"("id-1")")).bytes,
              HasSubstr(R"("transaction_id":"t-1")"));
  ExpectNotFound(Ask("correlation_id", R"("id-77")"));
}

TEST_F(TxnStatusTest, FindsItemsByTheirReferences) {
  Add("1", {AddJson("r-1", "a"), AddJson("r-2", "a"), AddJson("r-3", "a")});
  h.DecideAll();
  EXPECT_THAT(
      h.Post("SyncStatus", Ask("reference_id_list", R"(["r-3","r-1"])")).bytes,
      AllOf(HasSubstr("r-1"), HasSubstr("r-3"), Not(HasSubstr("r-2"))));
  ExpectNotFound(Ask("reference_id_list", R"(["r-9"])"));
}

TEST_F(TxnStatusTest, ALaterOutcomeStandsOverThePendingOne) {
  Add("1", {AddJson("r-1", "slow", "later")});
  h.DecideAll();
  EXPECT_THAT(h.Post("SyncStatus", Ask("transaction_id", R"("t-1")")).bytes,
              HasSubstr(R"("status":"pdng")"));
  h.Post("OnSettled",
         R"({"header":{"message_id":"s","message_ts":"2026-11-24T06:40:00Z",)"
         R"("action":"on-settled","status":"succ","sender_id":"bank"},)"
         R"("message":{"names":["slow"]}})");
  EXPECT_THAT(h.Post("SyncStatus", Ask("transaction_id", R"("t-1")")).bytes,
              AllOf(HasSubstr(R"("value":1)"), Not(HasSubstr("pdng"))));
}

TEST_F(TxnStatusTest, ASynchronousCallerAsksForWhatWasLeftPending) {
  const Answer first =
      h.Post("SyncAdd", Message{.message_id = "1",
                                .transaction_id = "t-1",
                                .items = {AddJson("r-1", "slow", "later")}}
                            .ToJson());
  EXPECT_THAT(first.bytes, HasSubstr(R"("status":"pdng")"));
  h.Post("OnSettled",
         R"({"header":{"message_id":"s","message_ts":"2026-11-24T06:40:00Z",)"
         R"("action":"on-settled","status":"succ","sender_id":"bank"},)"
         R"("message":{"names":["slow"]}})");
  EXPECT_THAT(h.Post("SyncStatus", Ask("transaction_id", R"("t-1")")).bytes,
              AllOf(HasSubstr(R"("value":1)"), Not(HasSubstr("pdng"))));
  // It named no address for a callback: all that left is the question to the
  // bank.
  h.DispatchAll();
  ASSERT_EQ(h.sender.sent().size(), 1u);
  EXPECT_THAT(h.sender.sent()[0].bytes, HasSubstr(R"("receiver_id":"bank")"));
}

TEST_F(TxnStatusTest, AnotherSendersTransactionDoesNotExist) {
  Add("1", {AddJson("r-1", "a")});
  h.DecideAll();
  for (const auto& [type, value] :
       std::vector<std::pair<std::string, std::string>>{
           {"transaction_id", R"("t-1")"},
           {"correlation_id", R"("id-1")"},
           {"reference_id_list", R"(["r-1"])"}}) {
    ExpectNotFound(Ask(type, value, "add", "kit"));
  }
}

TEST_F(TxnStatusTest, TheLatestOfATransactionCounts) {
  for (const char* id : {"1", "2"}) {
    h.Post("Add", Message{.message_id = id,
                          .transaction_id = "t",
                          .items = {AddJson(absl::StrCat("r-", id), "a")}}
                      .ToJson());
  }
  h.DecideAll();
  EXPECT_THAT(h.Post("SyncStatus", Ask("transaction_id", R"("t")")).bytes,
              AllOf(HasSubstr("r-2"), Not(HasSubstr("r-1"))));
}

TEST_F(TxnStatusTest, ARequestThatThePublishedAnswerDoesNotForesee) {
  Add("1", {AddJson("r-1", "a")});
  h.Post("List", Message{.action = "list",
                         .message_id = "l",
                         .transaction_id = "t-l",
                         .items = {R"({"reference_id":"r-l",)"
                                   R"("timestamp":"2026-11-24T06:40:00Z"})"}}
                     .ToJson());
  h.DecideAll();
  EXPECT_THAT(
      h.Post("SyncStatus", Ask("transaction_id", R"("t-l")", "list")).bytes,
      AllOf(HasSubstr(R"("txn_type":"list")"),
            HasSubstr(R"("list_response":[)"), HasSubstr(R"("names":["a"])")));
  // Asked for the wrong kind, there is none.
  ExpectNotFound(Ask("transaction_id", R"("t-l")", "add"));
}

TEST_F(TxnStatusTest, AsynchronouslyTheAnswerIsACallback) {
  Add("1", {AddJson("r-1", "a")});
  h.DecideAll();
  h.Post("Status", Ask("transaction_id", R"("t-1")"));
  h.Post("Status", Ask("transaction_id", R"("t-9")"));
  h.DecideAll();
  h.DispatchAll();
  std::string all;
  for (const std::string& text : h.Sent()) all += text;
  EXPECT_THAT(all, AllOf(HasSubstr(R"("action":"txn-on-status")"),
                         HasSubstr("err.request.not_found"),
                         HasSubstr(R"("value":1)")));
}

TEST_F(TxnStatusTest, QuestionsThatMakeNoSenseAreBad) {
  for (const std::string& question :
       {Ask("transaction_id", "{}"), Ask("transaction_id", "[]"),
        Ask("transaction_id", "true"), Ask("colour", R"("red")"),
        Ask("subscription_code_list", R"(["c"])")}) {
    EXPECT_EQ(h.Post("SyncStatus", question).http_status, 400) << question;
  }
}

TEST(ReadTexts, ReadsTextsAndWholeNumbers) {
  EXPECT_THAT(ReadTexts(R"("a\"b")"), ElementsAre("a\"b"));
  EXPECT_THAT(ReadTexts(R"(["a","b"])"), ElementsAre("a", "b"));
  EXPECT_THAT(ReadTexts("123456789"), ElementsAre("123456789"));
  EXPECT_THAT(ReadTexts("[1,\"2\"]"), ElementsAre("1", "2"));
  for (const char* other :
       {"", "null", "1.5", "{}", "[[\"a\"]]", "[", "[1,{}]"}) {
    EXPECT_THAT(ReadTexts(other), IsEmpty()) << other;
  }
  std::string many = "[0";
  for (int i = 0; i < 1000; ++i) many += ",1";
  EXPECT_THAT(ReadTexts(many + "]"), IsEmpty());
}

}  // namespace
}  // namespace dci::exchange
