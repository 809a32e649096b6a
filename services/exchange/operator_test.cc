#include "services/exchange/operator.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/harness.h"

namespace dci::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace admin = dci::admin::v1;

class OutgoingOperatorTest : public ::testing::Test {
 protected:
  OutgoingOperatorTest()
      : operator_(&h.store(), &h.pipeline().outbox(), [this] { ++wakes_; }) {}

  // Asynchronous messages whose callbacks are refused by the receiver.
  void ParkMessages(int count) {
    h.sender.RespondWith([](const Delivery&) {
      return Reply{200, R"({"message":{"ack_status":"ERR"}})", {}};
    });
    for (int i = 0; i < count; ++i) {
      const std::string id = absl::StrCat("m-", i);
      ASSERT_OK(h.Post("Add", Message{.message_id = id,
                                      .items = {AddJson("r-" + id, id)}}
                                  .ToJson())
                    .status);
      h.DecideAll();
      h.DispatchAll();
      h.clock.Advance(absl::Seconds(1));
    }
    h.sender.RespondWith([](const Delivery&) { return Reply{}; });
    h.Sent();
  }

  Harness h;
  int wakes_ = 0;
  OutgoingOperator operator_;
};

TEST_F(OutgoingOperatorTest, ListsWhatIsParkedInPages) {
  ParkMessages(3);
  admin::ListParkedRequest request;
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(admin::ListParkedResponse page, operator_.List(request));
  ASSERT_EQ(page.parked_size(), 2);
  EXPECT_EQ(page.parked(0).receiver_id(), "sp");
  EXPECT_EQ(page.parked(0).method(),
            "dci.exchange.testing.TallyCallback.OnAdd");
  EXPECT_EQ(page.parked(0).attempts(), 1);
  EXPECT_EQ(page.parked(0).waiting(), 1);
  EXPECT_EQ(page.parked(0).since(), "2026-11-24T06:40:00.000Z");
  EXPECT_THAT(page.parked(0).last_error(), HasSubstr("ERR"));
  request.set_page_token(page.next_page_token());
  ASSERT_OK_AND_ASSIGN(page, operator_.List(request));
  EXPECT_EQ(page.parked_size(), 1);
  EXPECT_THAT(page.next_page_token(), IsEmpty());
  request.set_page_token("");
  request.set_receiver_id("kit");
  ASSERT_OK_AND_ASSIGN(page, operator_.List(request));
  EXPECT_EQ(page.parked_size(), 0);
}

TEST_F(OutgoingOperatorTest, ReplaysAllOfAReceiverInOrder) {
  ParkMessages(3);
  admin::ReplayParkedRequest request;
  request.set_receiver_id("sp");
  ASSERT_OK_AND_ASSIGN(const auto response,
                       operator_.Replay(request, h.clock.Now()));
  EXPECT_EQ(response.lanes(), 3);
  EXPECT_EQ(wakes_, 1);
  h.clock.Advance(absl::Seconds(1));
  h.DispatchAll();
  EXPECT_THAT(h.Sent(), ElementsAre(HasSubstr("r-m-0"), HasSubstr("r-m-1"),
                                    HasSubstr("r-m-2")));
  ASSERT_OK_AND_ASSIGN(const auto again,
                       operator_.Replay(request, h.clock.Now()));
  EXPECT_EQ(again.lanes(), 0);
}

TEST_F(OutgoingOperatorTest, ReplaysOneLane) {
  ParkMessages(2);
  const std::string lane = operator_.List({})->parked(1).lane();
  admin::ReplayParkedRequest request;
  request.set_lane(lane);
  ASSERT_OK(operator_.Replay(request, h.clock.Now()));
  h.DispatchAll();
  EXPECT_THAT(h.Sent(), ElementsAre(HasSubstr("r-m-1")));
  EXPECT_THAT(operator_.Replay(request, h.clock.Now()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(operator_.Replay({}, h.clock.Now()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(OutgoingOperatorTest, DiscardsOnlyWhatWasLookedAt) {
  ParkMessages(1);
  const admin::ParkedMessage parked = operator_.List({})->parked(0);
  admin::DiscardParkedRequest request;
  request.set_lane(parked.lane());
  request.set_message_id("another");
  EXPECT_THAT(operator_.Discard(request, h.clock.Now()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  request.set_message_id(parked.message_id());
  EXPECT_OK(operator_.Discard(request, h.clock.Now()));
  EXPECT_THAT(operator_.Discard(request, h.clock.Now()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(operator_.Count()->counts_size(), 0);
}

TEST_F(OutgoingOperatorTest, CountsByReceiver) {
  ParkMessages(2);
  ASSERT_OK_AND_ASSIGN(const auto response, operator_.Count());
  ASSERT_EQ(response.counts_size(), 1);
  EXPECT_EQ(response.counts(0).receiver_id(), "sp");
  EXPECT_EQ(response.counts(0).queued(), 2);
  EXPECT_EQ(response.counts(0).parked_lanes(), 2);
}

TEST(ParticipantOperatorTest, AddsAndRemovesWhileMessagesCome) {
  Harness h;
  ParticipantOperator op(&h.participants());
  const std::string json =
      Message{.sender = "new", .items = {AddJson("r", "a")}}.ToJson();
  EXPECT_EQ(h.Post("SyncAdd", json).http_status, 403);

  admin::PutParticipantRequest put;
  *put.mutable_participant() = ParticipantOf(R"pb(
    sender_id: "new"
    signature: POLICY_OFF
    authorization: POLICY_OFF
    encryption: POLICY_OFF
  )pb");
  ASSERT_OK(op.Put(put));
  EXPECT_EQ(h.Post("SyncAdd", json).http_status, 200);
  h.Restart();
  EXPECT_EQ(h.Post("SyncAdd", json).http_status, 200);

  ParticipantOperator later(&h.participants());
  bool found = false;
  const admin::ListParticipantsResponse list = *later.List();
  for (const auto& entry : list.participants()) {
    if (entry.participant().sender_id() == "new") found = entry.added();
  }
  EXPECT_TRUE(found);
  admin::RemoveParticipantRequest remove;
  remove.set_sender_id("new");
  ASSERT_OK_AND_ASSIGN(const auto removed, later.Remove(remove));
  EXPECT_FALSE(removed.configured());
  EXPECT_EQ(h.Post("SyncAdd", json).http_status, 403);
  EXPECT_THAT(later.Remove(remove), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace dci::exchange
