#include "services/exchange/sweeper.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/layout.h"
#include "services/exchange/testing/harness.h"

namespace dci::exchange {
namespace {

using ::testing::HasSubstr;

std::string List(const std::string& id) {
  return Message{.action = "list",
                 .message_id = id,
                 .transaction_id = "t-" + id,
                 .items = {R"({"reference_id":"r-)" + id +
                           R"(","timestamp":"2026-11-24T06:40:00Z"})"}}
      .ToJson();
}

class SweeperTest : public ::testing::Test {
 protected:
  int Sweep() { return h.pipeline().SweepPass(h.clock.Now()).value_or(-1); }
  int Rows() {
    const auto spaces = Spaces::Find(h.store());
    const auto snapshot = h.store().GetSnapshot();
    int rows = 0;
    for (storage::Space space : {spaces->messages, spaces->items,
                                 spaces->transactions, spaces->outbox}) {
      auto cursor = snapshot->Scan({space, "", ""});
      for (; cursor->Valid(); cursor->Next()) ++rows;
    }
    return rows;
  }

  Harness h;
};

TEST_F(SweeperTest, AnOldReadLeavesNothingBehind) {
  h.Post("List", List("1"));
  h.DecideAll();
  h.DispatchAll();
  EXPECT_GT(Rows(), 0);
  h.clock.Advance(absl::Hours(24 * 7));
  EXPECT_EQ(Sweep(), 0);
  h.clock.Advance(absl::Seconds(1));
  EXPECT_EQ(Sweep(), 1);
  EXPECT_EQ(Rows(), 0);
  EXPECT_EQ(Sweep(), 0);
}

TEST_F(SweeperTest, WhatChangedSomethingIsKept) {
  h.Post("Add", Message{.items = {AddJson("r-1", "a")}}.ToJson());
  h.DecideAll();
  h.DispatchAll();
  h.clock.Advance(absl::Hours(24 * 365));
  EXPECT_EQ(Sweep(), 0);
  const Answer again = h.Post(
      "SyncAdd",
      Message{.message_id = "m-2", .items = {AddJson("r-1", "a")}}.ToJson());
  EXPECT_THAT(again.bytes, HasSubstr(R"("value":1)"));
  EXPECT_EQ(h.Count("a"), 1);
}

TEST_F(SweeperTest, WhatIsNotDecidedOrNotDeliveredStillArrives) {
  h.Post("List", List("1"));
  h.clock.Advance(absl::Hours(24 * 8));
  EXPECT_EQ(Sweep(), 0);
  h.DecideAll();
  EXPECT_EQ(Sweep(), 1);
  h.DispatchAll();
  EXPECT_EQ(h.Sent().size(), 1u);
  EXPECT_EQ(Rows(), 0);
}

TEST_F(SweeperTest, AnItemOfALaterMessageIsLeftAlone) {
  h.Post("List", List("1"));
  h.DecideAll();
  h.clock.Advance(absl::Hours(24 * 5));
  std::string later = List("1");
  later.replace(later.find("\"message_id\":\"1\""), 16, "\"message_id\":\"2\"");
  h.Post("List", later);
  h.DecideAll();
  h.clock.Advance(absl::Hours(24 * 3));
  EXPECT_EQ(Sweep(), 1);
  const Answer answer = h.Post(
      "SyncStatus",
      R"({"header":{"message_id":"q","message_ts":"2026-11-24T06:40:00Z",)"
      R"("action":"txn-status","sender_id":"sp","total_count":1},"message":)"
      R"({"transaction_id":"t-q","txnstatus_request":{"reference_id":"r",)"
      R"("txn_type":"list","attribute_type":"reference_id_list",)"
      R"("attribute_value":["r-1"]}}})");
  EXPECT_OK(answer.status);
}

}  // namespace
}  // namespace dci::exchange
