// Asynchronous messages: accepted, decided, answered by callbacks.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"

namespace dci::exchange {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string Add(const std::string& message_id, std::vector<std::string> items,
                const std::string& header = "") {
  return Message{
      .message_id = message_id, .items = std::move(items), .header = header}
      .ToJson();
}

std::string Settle(const std::string& message_id, const std::string& name) {
  return absl::StrCat(
      R"({"header":{"message_id":")", message_id,
      R"(","message_ts":"2026-11-24T06:40:00Z","action":"on-settled",)"
      R"("status":"succ","sender_id":"bank"},)"
      R"("message":{"transaction_id":"t-9","names":[")",
      name, R"("]}})");
}

TEST(AsyncTest, NothingIsDecidedBeforeTheAckAndACallbackFollows) {
  Harness h;
  const Answer ack = h.Post("Add", Add("m-1", {AddJson("r-1", "a")}));
  EXPECT_EQ(ack.http_status, 200);
  EXPECT_THAT(ack.bytes, HasSubstr(R"("correlation_id":"id-1")"));
  EXPECT_EQ(h.Count("a"), 0);
  h.DispatchAll();
  EXPECT_THAT(h.Sent(), IsEmpty());

  h.DecideAll();
  EXPECT_EQ(h.Count("a"), 1);
  h.DispatchAll();
  const std::vector<Delivery> sent = h.sender.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_THAT(sent[0].target, StartsWith("https://sp.example/cb"));
  EXPECT_EQ(sent[0].bytes,
            R"({"header":{"action":"on-add",)"
            R"("completed_count":1,"is_msg_encrypted":false,)"
            R"("message_id":"id-2","message_ts":"2026-11-24T06:40:00.000Z",)"
            R"("receiver_id":"sp","sender_id":"registry","status":"succ",)"
            R"("total_count":1,"version":"1.0.0"},"message":{"add_response":[)"
            R"({"reference_id":"r-1","status":"succ",)"
            R"("timestamp":"2026-11-24T06:40:00.000Z","value":1}],)"
            R"("correlation_id":"id-1","transaction_id":"t-1"}})");
}

TEST(AsyncTest, WhatWasAcknowledgedSurvivesARestart) {
  Harness h;
  h.Post("Add", Add("m-1", {AddJson("r-1", "a"), AddJson("r-2", "bad")}));
  h.Restart();
  h.DecideAll();
  h.Restart();
  h.DispatchAll();
  ASSERT_EQ(h.sender.sent().size(), 1u);
  EXPECT_THAT(h.sender.sent()[0].bytes,
              AllOf(HasSubstr(R"("correlation_id":"id-1")"),
                    HasSubstr(R"("status":"succ")"),
                    HasSubstr("rjct.person_id.invalid")));
}

TEST(AsyncTest, MessagesAreDecidedInTheOrderOfTheirAcks) {
  Harness h;
  for (int i = 1; i <= 3; ++i) {
    h.Post("Add",
           Add(absl::StrCat("m-", i), {AddJson(absl::StrCat("r-", i), "a")}));
  }
  h.DecideAll();
  h.DispatchAll();
  const std::vector<Delivery> sent = h.sender.sent();
  ASSERT_EQ(sent.size(), 3u);
  for (const Delivery& d : sent) {
    const char i = d.bytes[d.bytes.find("\"r-") + 3];
    EXPECT_THAT(d.bytes, HasSubstr(absl::StrCat(R"("value":)", i - '0')));
  }
}

TEST(AsyncTest, TheCallbackGoesWhereTheSenderAskedWithinItsBases) {
  Harness h;
  h.Post("Add", Add("m-1", {AddJson("r-1", "a")},
                    R"(,"sender_uri":"https://sp.example/cb/tenant/7")"));
  h.DecideAll();
  h.DispatchAll();
  EXPECT_THAT(h.Sent(),
              ElementsAre(StartsWith("https://sp.example/cb/tenant/7 ")));

  const Answer refused =
      h.Post("Add", Add("m-2", {AddJson("r-2", "a")},
                        R"(,"sender_uri":"https://evil.test/cb")"));
  EXPECT_EQ(refused.http_status, 400);
  EXPECT_THAT(refused.bytes, HasSubstr("err.sender_uri.invalid"));
  h.DecideAll();
  EXPECT_EQ(h.Count("a"), 1);
}

TEST(AsyncTest, AnAddressIsJudgedAgainWhenItIsUsed) {
  Harness h;
  h.Post("Add", Add("m-1", {AddJson("r-1", "a")},
                    R"(,"sender_uri":"https://sp.example/cb/x")"));
  h.DecideAll();
  auto moved = ParticipantOf(R"pb(
    sender_id: "sp"
    signature: POLICY_OFF
    authorization: POLICY_OFF
    encryption: POLICY_OPTIONAL
    callback_bases: "https://new.example"
  )pb");
  ASSERT_OK(h.participants().Put(moved));
  h.DispatchAll();
  EXPECT_THAT(h.Sent(), IsEmpty());
  EXPECT_EQ(h.pipeline().metrics().parked, 1u);
}

TEST(AsyncTest, AnErrParksAndANackIsAnAcknowledgement) {
  Harness h;
  h.sender.RespondWith([](const Delivery&) {
    return Reply{200,
                 R"({"message":{"ack_status":"ERR","error":)"
                 R"({"code":"err.request.bad"}}})",
                 {}};
  });
  h.Post("Add", Add("m-1", {AddJson("r-1", "a")}));
  h.DecideAll();
  h.DispatchAll();
  EXPECT_EQ(h.pipeline().metrics().parked, 1u);

  int id = 1;
  for (const char* taken :
       {R"({"message":{"ack_status":"NACK"}})", "", "OK", "{}"}) {
    h.sender.RespondWith([=](const Delivery&) {
      return Reply{202, taken, {}};
    });
    h.Post("Add", Add(absl::StrCat("m-", ++id), {AddJson("r-2", "a")}));
    h.DecideAll();
    h.DispatchAll();
  }
  EXPECT_EQ(h.pipeline().metrics().parked, 1u);
  EXPECT_EQ(h.pipeline().metrics().delivered, 4u);
}

TEST(AsyncTest, AnErrThatMayPassIsTriedAgain) {
  Harness h;
  h.sender.RespondWith([](const Delivery&) {
    return Reply{503,
                 R"({"message":{"ack_status":"ERR","error":)"
                 R"({"code":"err.service.unavailable"}}})",
                 {}};
  });
  h.Post("Add", Add("m-1", {AddJson("r-1", "a")}));
  h.DecideAll();
  h.DispatchAll();
  EXPECT_EQ(h.pipeline().metrics().retried, 1u);
  h.sender.RespondWith([](const Delivery&) { return Reply{}; });
  h.clock.Advance(absl::Minutes(5));
  h.DispatchAll();
  const std::vector<Delivery> sent = h.sender.sent();
  ASSERT_EQ(sent.size(), 2u);
  // The same message id, the time of its own.
  EXPECT_THAT(sent[1].bytes,
              AllOf(HasSubstr(R"("message_id":"id-2")"),
                    HasSubstr(R"("message_ts":"2026-11-24T06:45:00.000Z")")));
}

TEST(AsyncTest, APendingItemIsAnsweredOnceItIsSettled) {
  Harness h;
  h.Post("Add",
         Add("m-1", {AddJson("r-1", "now"), AddJson("r-2", "slow", "later")}));
  h.DecideAll();
  h.DispatchAll();
  std::vector<std::string> sent = h.Sent();
  // The handler's own message, and the first part of the answer.
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_THAT(sent[0], AllOf(StartsWith("https://bank.example/tally/list "),
                             HasSubstr(R"("action":"list")"),
                             HasSubstr(R"("sender_uri":)"
                                       R"("https://registry.example")")));
  EXPECT_THAT(sent[1], AllOf(HasSubstr(R"("status":"pdng")"),
                             HasSubstr(R"("completed_count":1)"),
                             HasSubstr("r-1"), Not(HasSubstr("r-2"))));

  h.Restart();
  const Answer ack = h.Post("OnSettled", Settle("s-1", "slow"));
  EXPECT_THAT(ack.bytes, HasSubstr(R"("ack_status":"ACK")"));
  h.DispatchAll();
  sent = h.Sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_THAT(sent[0],
              AllOf(HasSubstr(R"("correlation_id":"id-1")"),
                    HasSubstr(R"("completed_count":2)"), HasSubstr("r-2"),
                    HasSubstr(R"("status":"succ")"), Not(HasSubstr("pdng"))));

  // Told again, it is done already.
  h.Post("OnSettled", Settle("s-1", "slow"));
  h.Post("OnSettled", Settle("s-2", "slow"));
  h.DispatchAll();
  EXPECT_THAT(h.Sent(), IsEmpty());
  EXPECT_EQ(h.Count("slow"), 1);
}

TEST(AsyncTest, ARepeatedPendingItemIsSettledWithTheFirst) {
  Harness h;
  h.Post("Add", Add("m-1", {AddJson("r-1", "slow", "later")}));
  h.Post("Add", Add("m-2", {AddJson("r-1", "slow", "later")}));
  h.DecideAll();
  h.DispatchAll();
  h.Sent();
  h.Post("OnSettled", Settle("s-1", "slow"));
  h.DispatchAll();
  EXPECT_EQ(h.Sent().size(), 2u);  // a callback for each of the two messages
  EXPECT_EQ(h.Count("slow"), 1);
}

TEST(AsyncTest, ACallbackThatIsRefusedChangesNothing) {
  Harness h;
  const Answer answer = h.Post("OnSettled", Settle("s-1", "no"));
  EXPECT_EQ(answer.http_status, 400);
  EXPECT_THAT(answer.bytes, HasSubstr(R"("ack_status":"ERR")"));
}

TEST(AsyncTest, ALargeSearchArrivesPageByPage) {
  Harness h;
  std::vector<std::string> items;
  for (int i = 0; i < 7; ++i) {
    items.push_back(AddJson(absl::StrCat("r-", i), absl::StrCat("n", i)));
  }
  h.Post("SyncAdd", Add("m-1", items));
  const auto list = [](const std::string& reference, const std::string& more) {
    return absl::StrCat(R"({"reference_id":")", reference,
                        R"(","timestamp":"2026-11-24T06:40:00Z",)", more, "}");
  };
  h.Post("List",
         Message{.action = "list",
                 .message_id = "m-2",
                 .items = {list("few", R"("prefix":"n1")"),
                           list("all", R"("prefix":"n",)"
                                       R"("pagination":{"page_size":3})"),
                           list("secret", R"("prefix":"secret")")}}
             .ToJson());
  // One page a pass, also across a restart.
  EXPECT_EQ(*h.pipeline().DecidePass(h.clock.Now()), 1);
  h.Restart();
  h.DecideAll();
  h.DispatchAll();
  const std::vector<std::string> sent = h.Sent();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_THAT(sent[0], AllOf(HasSubstr(R"("names":["n1"])"),
                             HasSubstr(R"("names":["n0","n1","n2"])"),
                             HasSubstr(R"("status":"pdng")"),
                             HasSubstr(R"("completed_count":1)")));
  EXPECT_THAT(sent[1], AllOf(HasSubstr(R"("names":["n3","n4","n5"])"),
                             HasSubstr(R"("reference_id":"all")")));
  EXPECT_THAT(sent[2], AllOf(HasSubstr(R"("names":["n6"])"),
                             HasSubstr("rjct.search_criteria.invalid"),
                             HasSubstr(R"("status":"succ")"),
                             HasSubstr(R"("completed_count":3)")));
}

TEST(AsyncTest, AFaultIsTriedAgainAndInTheEndTold) {
  Harness h;
  h.Post("Add", Add("m-1", {AddJson("r-1", "a", "fault")}));
  h.Post("Add", Add("m-2", {AddJson("r-2", "b")}));
  h.DecideAll();
  h.DispatchAll();
  EXPECT_EQ(h.Count("b"), 1);  // nobody waits behind it
  ASSERT_EQ(h.Sent().size(), 1u);
  for (int i = 0; i < 9; ++i) {
    h.clock.Advance(absl::Minutes(10));
    h.DecideAll();
  }
  h.DispatchAll();
  EXPECT_THAT(
      h.Sent(),
      ElementsAre(AllOf(HasSubstr(R"("reference_id":"r-1","status":"rjct")"),
                        HasSubstr("could not be decided"))));
  EXPECT_EQ(h.Count("a"), 0);
  h.clock.Advance(absl::Hours(1));
  EXPECT_EQ(*h.pipeline().DecidePass(h.clock.Now()), 0);
}

TEST(AsyncTest, AFaultThatPassesIsForgotten) {
  Harness h;
  h.add().faults = 2;
  h.Post("Add", Add("m-1", {AddJson("r-1", "a", "fault")}));
  for (int i = 0; i < 3; ++i) {
    h.DecideAll();
    h.clock.Advance(absl::Minutes(10));
  }
  EXPECT_EQ(h.Count("a"), 1);
}

TEST(AsyncTest, WithRunnersEverythingHappensByItself) {
  HarnessOptions options;
  Harness h(options);
  h.RunInBackground();
  for (int i = 0; i < 50; ++i) {
    h.Post("Add",
           Add(absl::StrCat("m-", i), {AddJson(absl::StrCat("r-", i), "a")}));
  }
  h.WaitForSent(50);
  h.pipeline().Drain();
  EXPECT_EQ(h.Count("a"), 50);
  EXPECT_EQ(h.pipeline().metrics().delivered, 50u);
}

TEST(AsyncTest, DrainFinishesWhatWasAcknowledged) {
  Harness h;
  h.RunInBackground();
  for (int i = 0; i < 70; ++i) {
    h.Post("Add",
           Add(absl::StrCat("m-", i), {AddJson(absl::StrCat("r-", i), "a")}));
  }
  h.pipeline().Drain();
  EXPECT_EQ(h.Count("a"), 70);
  EXPECT_EQ(h.Sent().size(), 70u);
  EXPECT_EQ(h.pipeline().metrics().delivered, 70u);
}

}  // namespace
}  // namespace dci::exchange
