// Messages and items that come again.
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"

namespace dci::exchange {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Add(const std::string& message_id, const std::string& reference,
                const std::string& name, const std::string& sender = "sp") {
  return Message{.sender = sender,
                 .message_id = message_id,
                 .items = {AddJson(reference, name)}}
      .ToJson();
}

std::string List(const std::string& message_id, const std::string& prefix) {
  return Message{.action = "list",
                 .message_id = message_id,
                 .items = {R"({"reference_id":"r","prefix":")" + prefix +
                           R"(","timestamp":"2026-11-24T06:40:00Z"})"}}
      .ToJson();
}

void ExpectDuplicate(const Answer& answer) {
  EXPECT_OK(answer.status);
  EXPECT_THAT(
      answer.bytes,
      AllOf(HasSubstr(R"({"header":{"action":"on-)"),
            HasSubstr(R"("status":"rjct",)"
                      R"("status_reason_code":"rjct.message_id.duplicate")")));
}

TEST(RepeatTest, TheSameMessageGetsTheFirstAnswerAgain) {
  Harness h;
  const Answer first = h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  const Answer again = h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  EXPECT_EQ(first.bytes, again.bytes);
  EXPECT_EQ(h.Count("a"), 1);
  EXPECT_EQ(h.pipeline().metrics().repeated, 1u);
}

TEST(RepeatTest, AlsoAfterARestart) {
  Harness h;
  const Answer first = h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  h.Restart();
  EXPECT_EQ(h.Post("SyncAdd", Add("m-1", "r-1", "a")).bytes, first.bytes);
  EXPECT_EQ(h.Count("a"), 1);
}

TEST(RepeatTest, TheSameContentInOtherWordsIsTheSame) {
  Harness h;
  const Answer first = h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  const Answer again = h.Post(
      "SyncAdd",
      R"( { "message" : {"add_request":[{"name":"a","reference_id":"r-1",)"
      R"("timestamp":"2026-11-24T06:40:00Z"}], "transaction_id":"t-1"},)"
      R"("header":{"action":"add","sender_id":"sp","total_count":1,)"
      R"("message_ts":"2026-11-24T06:41:00Z","message_id":"m-1"}})");
  EXPECT_EQ(first.bytes, again.bytes);
}

TEST(RepeatTest, OtherContentUnderTheSameIdIsRefused) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  ExpectDuplicate(h.Post("SyncAdd", Add("m-1", "r-2", "b")));
  EXPECT_EQ(h.Count("b"), 0);
  EXPECT_EQ(h.pipeline().metrics().conflicting, 1u);
  // An acknowledgement has no header.
  const Answer answer = h.Post("Add", Add("m-1", "r-2", "b"));
  EXPECT_THAT(answer.status, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(answer.http_status, 400);
  EXPECT_THAT(answer.bytes, AllOf(HasSubstr(R"("code":"err.request.bad")"),
                                  HasSubstr("message_id was used before")));
}

TEST(RepeatTest, AnotherOperationUnderTheSameIdIsOtherContent) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  EXPECT_EQ(h.Post("Add", Add("m-1", "r-2", "a")).http_status, 400);
}

TEST(RepeatTest, IdsOfTwoSendersDoNotMeet) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  EXPECT_OK(h.Post("SyncAdd", Add("m-1", "r-1", "b", "kit")).status);
  EXPECT_EQ(h.Count("a"), 1);
  EXPECT_EQ(h.Count("b"), 1);
}

TEST(RepeatTest, ASenderMayBeAllowedToReuseItsIds) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a", "kit"));
  EXPECT_OK(h.Post("SyncAdd", Add("m-1", "r-2", "b", "kit")).status);
  EXPECT_EQ(h.Count("b"), 1);
  EXPECT_EQ(h.pipeline().metrics().conflicting_let_pass, 1u);
}

TEST(RepeatTest, AnItemIsAppliedOnceWhateverMessageCarriesIt) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  const Answer answer = h.Post(
      "SyncAdd",
      Message{.message_id = "m-2",
              .items = {R"({"reference_id":"r-1","name":"a",)"
                        R"("timestamp":"2026-11-24T09:00:00Z","locale":"eng"})",
                        AddJson("r-2", "a")}}
          .ToJson());
  EXPECT_THAT(answer.bytes,
              AllOf(HasSubstr(R"("value":1)"), HasSubstr(R"("value":2)")));
  EXPECT_EQ(h.Count("a"), 2);
  EXPECT_EQ(h.pipeline().metrics().items_repeated, 1u);
}

TEST(RepeatTest, AnItemThatWasRefusedStaysRefused) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  const auto claim = [&](const std::string& id) {
    return h
        .Post("SyncAdd", Message{.message_id = id,
                                 .transaction_id = "t-2",
                                 .items = {AddJson("r-1", "a", "claim")}}
                             .ToJson())
        .bytes;
  };
  EXPECT_THAT(claim("m-2"), HasSubstr("rjct.event.already_subscribed"));
  EXPECT_THAT(claim("m-3"), HasSubstr("rjct.event.already_subscribed"));
}

TEST(RepeatTest, AnItemWithOtherContentIsADuplicate) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  const Answer answer = h.Post("SyncAdd", Add("m-2", "r-1", "b"));
  EXPECT_THAT(answer.bytes, HasSubstr("rjct.reference_id.duplicate"));
  EXPECT_EQ(h.Count("b"), 0);
}

TEST(RepeatTest, TheSyncAndTheAsyncFormShareTheirItems) {
  Harness h;
  h.Post("SyncAdd", Add("m-1", "r-1", "a"));
  h.Post("Add", Add("m-2", "r-1", "a"));
  h.DecideAll();
  EXPECT_EQ(h.Count("a"), 1);
  h.DispatchAll();
  ASSERT_EQ(h.sender.sent().size(), 1u);
  EXPECT_THAT(h.sender.sent()[0].bytes, HasSubstr(R"("value":1)"));
}

TEST(RepeatTest, AReadIsRunAgain) {
  Harness h;
  const std::string list = List("m-l", "");
  const Answer first = h.Post("SyncList", list);
  h.Post("SyncAdd", Add("m-1", "r-1", "new"));
  const Answer again = h.Post("SyncList", list);
  EXPECT_THAT(first.bytes, Not(HasSubstr("new")));
  EXPECT_THAT(again.bytes, HasSubstr("new"));

  ExpectDuplicate(h.Post("SyncList", List("m-l", "x")));
  // Once its signature would not be accepted any more, the id is free.
  h.clock.Advance(absl::Seconds(420));
  EXPECT_THAT(h.Post("SyncList", List("m-l", "x")).bytes,
              HasSubstr(R"("status":"succ")"));
}

TEST(RepeatTest, IdsOfReadsAndOfStoredMessagesAreOneMemory) {
  Harness h;
  // What was stored, and comes as a read; also after a restart.
  ASSERT_OK(h.Post("List", List("m-async", "a")).status);
  ASSERT_OK(h.Post("SyncAdd", Add("m-sync", "r-1", "a")).status);
  ExpectDuplicate(h.Post("SyncList", List("m-async", "b")));
  ExpectDuplicate(h.Post("SyncList", List("m-sync", "b")));
  h.Restart();
  ExpectDuplicate(h.Post("SyncList", List("m-async", "b")));
  // A refused one takes nothing from the one that was there first.
  EXPECT_OK(h.Post("List", List("m-async", "a")).status);

  // What was read, and comes to be stored.
  ASSERT_OK(h.Post("SyncList", List("m-read", "a")).status);
  EXPECT_EQ(h.Post("List", List("m-read", "b")).http_status, 400);
  ExpectDuplicate(h.Post("SyncAdd", Add("m-read", "r-2", "b")));
  EXPECT_EQ(h.Count("b"), 0);
  // The same content may be asked for in either way.
  EXPECT_OK(h.Post("List", List("m-read", "a")).status);
  EXPECT_EQ(h.pipeline().metrics().conflicting, 3u);
}

TEST(RepeatTest, ASenderThatReusesItsIdsMayMixThem) {
  Harness h;
  ASSERT_OK(h.Post("SyncAdd", Add("m-1", "r-1", "a", "kit")).status);
  std::string list = List("m-1", "a");
  list.replace(list.find("\"sp\""), 4, "\"kit\"");
  EXPECT_THAT(h.Post("SyncList", list).bytes, HasSubstr(R"("status":"succ")"));
  EXPECT_EQ(h.pipeline().metrics().conflicting_let_pass, 1u);
}

TEST(RepeatTest, AnAsyncMessageGetsTheSameAckAgain) {
  Harness h;
  const Answer first = h.Post("Add", Add("m-1", "r-1", "a"));
  EXPECT_EQ(first.bytes,
            R"({"message":{"ack_status":"ACK","correlation_id":"id-1",)"
            R"("timestamp":"2026-11-24T06:40:00.000Z"}})");
  h.clock.Advance(absl::Hours(5));
  EXPECT_EQ(h.Post("Add", Add("m-1", "r-1", "a")).bytes, first.bytes);
  h.DecideAll();
  h.Restart();
  EXPECT_EQ(h.Post("Add", Add("m-1", "r-1", "a")).bytes, first.bytes);
  h.DecideAll();
  EXPECT_EQ(h.Count("a"), 1);
  h.DispatchAll();
  EXPECT_EQ(h.sender.sent().size(), 1u);
}

TEST(RepeatTest, ThreadsThatSendTheSameAreAnsweredTheSame) {
  constexpr int kThreads = 4, kMessages = 40;
  Harness h;
  h.RunInBackground();
  std::vector<std::vector<std::string>> answers(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kMessages; ++i) {
        const std::string id = absl::StrCat(i);
        answers[t].push_back(h.Post(i % 2 == 0 ? "SyncAdd" : "Add",
                                    Add("m-" + id, "r-" + id, "a"))
                                 .bytes);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  h.pipeline().Drain();
  for (int t = 1; t < kThreads; ++t) EXPECT_EQ(answers[t], answers[0]);
  EXPECT_EQ(h.Count("a"), kMessages);
  EXPECT_EQ(h.sender.sent().size(), kMessages / 2);
}

}  // namespace
}  // namespace dci::exchange
