#include "services/exchange/outbox.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/exchange/testing/fakes.h"
#include "services/schema/service.h"
#include "services/storage/memory/memory_store.h"

namespace dci::exchange {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1795500000);

class OutboxTest : public ::testing::Test {
 protected:
  OutboxTest()
      : store_(storage::NewMemoryStore(ExchangeSpaces())),
        outbox_(Spaces::Find(*store_)->outbox, &ids_) {
    method_.full_name = "x.Callback.OnSearch";
  }

  Outgoing Message(const std::string& receiver, const std::string& lane,
                   const std::string& id) {
    Outgoing message;
    message.method = &method_;
    message.receiver_id = receiver;
    message.lane = lane;
    message.header.set_message_id(id);
    message.body = "body of " + id;
    return message;
  }
  absl::Status Apply(std::function<absl::Status(storage::CommitView&)> apply) {
    return storage::CommitAndWait(*store_, {}, std::move(apply));
  }
  void Put(const Outgoing& message, absl::Time now = kNow) {
    ASSERT_OK(Apply([&](storage::CommitView& view) {
      return outbox_.Enqueue(view, message, now);
    }));
  }
  // The lanes that are due, with the number and the body of their heads.
  std::vector<std::string> Due(const std::string& receiver, absl::Time now) {
    std::vector<std::string> found;
    auto snapshot = store_->GetSnapshot();
    EXPECT_OK(outbox_.VisitDue(*snapshot, receiver, now, [&](DueLane due) {
      auto row = outbox_.Read(*snapshot, due.lane, due.row.head());
      EXPECT_OK(row);
      found.push_back(
          absl::StrCat(due.lane, " ", due.row.head(), " ", row->body()));
      return true;
    }));
    return found;
  }
  void Delivered(const std::string& lane, uint64_t number) {
    ASSERT_OK(Apply([&](storage::CommitView& view) {
      return outbox_.Delivered(view, lane, number, kNow);
    }));
  }
  void Park(const std::string& lane, uint64_t number) {
    ASSERT_OK(Apply([&](storage::CommitView& view) {
      return outbox_.Park(view, lane, number, "ERR");
    }));
  }
  std::vector<OutboxCounts> Counts() {
    return *outbox_.Counts(*store_->GetSnapshot());
  }
  std::vector<ParkedLane> Parked(const std::string& destination = "") {
    std::string cursor;
    return *outbox_.ListParked(*store_->GetSnapshot(), destination, 100,
                               &cursor);
  }

  schema::Method method_;
  FakeIds ids_;
  std::unique_ptr<storage::Store> store_;
  Outbox outbox_;
};

TEST_F(OutboxTest, OnlyTheHeadOfALaneIsDue) {
  Put(Message("sp", "c-1", "m-1"));
  Put(Message("sp", "c-1", "m-2"));
  Put(Message("sp", "c-2", "m-3"));
  EXPECT_THAT(Due("sp", kNow),
              ElementsAre("sp|c-1 0 body of m-1", "sp|c-2 0 body of m-3"));
  EXPECT_THAT(Due("sp", kNow - absl::Seconds(1)), IsEmpty());
  EXPECT_THAT(Due("other", kNow), IsEmpty());

  Delivered("sp|c-1", 0);
  EXPECT_THAT(Due("sp", kNow),
              ElementsAre("sp|c-1 1 body of m-2", "sp|c-2 0 body of m-3"));
}

TEST_F(OutboxTest, LanesOfTwoReceiversDoNotMeet) {
  Put(Message("sp", "c-1", "m-1"));
  Put(Message("sr", "c-1", "m-2"));
  EXPECT_THAT(Due("sp", kNow), ElementsAre("sp|c-1 0 body of m-1"));
  EXPECT_THAT(Due("sr", kNow), ElementsAre("sr|c-1 0 body of m-2"));
}

TEST_F(OutboxTest, AMessageWithoutIdOrLaneGetsItsOwn) {
  Put(Message("sp", "", ""));
  Put(Message("sp", "", ""));
  EXPECT_THAT(Due("sp", kNow),
              ElementsAre("sp|id-1 0 body of ", "sp|id-2 0 body of "));
}

TEST_F(OutboxTest, AMessageToNobodyIsRefused) {
  Outgoing message = Message("", "c", "m");
  EXPECT_THAT(Apply([&](storage::CommitView& view) {
                return outbox_.Enqueue(view, message, kNow);
              }),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(OutboxTest, AnEmptiedLaneLeavesNothingBehind) {
  Put(Message("sp", "c-1", "m-1"));
  Delivered("sp|c-1", 0);
  EXPECT_THAT(Counts(), IsEmpty());
  auto cursor =
      store_->GetSnapshot()->Scan({Spaces::Find(*store_)->outbox, "", ""});
  EXPECT_FALSE(cursor->Valid());

  Put(Message("sp", "c-1", "m-2"));
  EXPECT_THAT(Due("sp", kNow), ElementsAre("sp|c-1 0 body of m-2"));
}

TEST_F(OutboxTest, ARetryIsDueLaterAndRemembersWhy) {
  Put(Message("sp", "c-1", "m-1"));
  ASSERT_OK(Apply([&](storage::CommitView& view) {
    return outbox_.Retry(view, "sp|c-1", 0, kNow + absl::Seconds(5), "down");
  }));
  EXPECT_THAT(Due("sp", kNow), IsEmpty());
  ASSERT_OK(outbox_.VisitDue(*store_->GetSnapshot(), "sp",
                             kNow + absl::Seconds(5), [](DueLane due) {
                               EXPECT_EQ(due.row.attempts(), 1u);
                               EXPECT_EQ(due.row.last_error(), "down");
                               return true;
                             }));
}

TEST_F(OutboxTest, AParkedLaneHoldsBackWhatStandsBehindIt) {
  Put(Message("sp", "c-1", "m-1"));
  Park("sp|c-1", 0);
  Put(Message("sp", "c-1", "m-2"));
  Put(Message("sp", "c-2", "m-3"));
  EXPECT_THAT(Due("sp", kNow), ElementsAre("sp|c-2 0 body of m-3"));
  ASSERT_EQ(Counts().size(), 1u);
  EXPECT_EQ(Counts()[0].queued, 3u);
  EXPECT_EQ(Counts()[0].parked_lanes, 1u);
  ASSERT_EQ(Parked().size(), 1u);
  EXPECT_EQ(Parked()[0].message_id, "m-1");
  EXPECT_EQ(Parked()[0].waiting, 2u);
  EXPECT_EQ(Parked()[0].last_error, "ERR");
  EXPECT_EQ(Parked()[0].since, kNow);
}

TEST_F(OutboxTest, ReplayGoesOnInOrder) {
  Put(Message("sp", "c-1", "m-1"));
  Put(Message("sp", "c-1", "m-2"));
  Park("sp|c-1", 0);
  ASSERT_OK(Apply([&](storage::CommitView& view) -> absl::Status {
    auto again = outbox_.Replay(view, "sp|c-1", kNow);
    EXPECT_TRUE(*again);
    again = outbox_.Replay(view, "sp|c-1", kNow);
    EXPECT_FALSE(*again);
    return absl::OkStatus();
  }));
  EXPECT_THAT(Parked(), IsEmpty());
  EXPECT_THAT(Due("sp", kNow), ElementsAre("sp|c-1 0 body of m-1"));
  Delivered("sp|c-1", 0);
  EXPECT_THAT(Due("sp", kNow), ElementsAre("sp|c-1 1 body of m-2"));
  EXPECT_EQ(Counts()[0].parked_lanes, 0u);
}

TEST_F(OutboxTest, DiscardDropsTheHeadAndGoesOn) {
  Put(Message("sp", "c-1", "m-1"));
  Put(Message("sp", "c-1", "m-2"));
  auto discard = [&](storage::CommitView& view) -> absl::Status {
    return outbox_.Discard(view, "sp|c-1", kNow).status();
  };
  ASSERT_OK(Apply(discard));  // not parked: stays
  EXPECT_EQ(Counts()[0].queued, 2u);
  Park("sp|c-1", 0);
  ASSERT_OK(Apply(discard));
  EXPECT_THAT(Due("sp", kNow), ElementsAre("sp|c-1 1 body of m-2"));
  EXPECT_EQ(Counts()[0].queued, 1u);
  EXPECT_EQ(Counts()[0].parked_lanes, 0u);
}

TEST_F(OutboxTest, AnOutcomeOfAnEarlierHeadChangesNothing) {
  Put(Message("sp", "c-1", "m-1"));
  Put(Message("sp", "c-1", "m-2"));
  Delivered("sp|c-1", 0);
  Delivered("sp|c-1", 0);
  Park("sp|c-1", 0);
  EXPECT_THAT(Due("sp", kNow), ElementsAre("sp|c-1 1 body of m-2"));
  EXPECT_THAT(Parked(), IsEmpty());
}

TEST_F(OutboxTest, ParkedLanesAreListedInPages) {
  for (int i = 0; i < 5; ++i) {
    const std::string lane = absl::StrCat("c-", i);
    Put(Message(i < 4 ? "sp" : "sr", lane, lane), kNow + absl::Seconds(9 - i));
    Park(absl::StrCat(i < 4 ? "sp|" : "sr|", lane), 0);
  }
  std::vector<std::string> ids;
  std::string cursor;
  do {
    auto page = outbox_.ListParked(*store_->GetSnapshot(), "sp", 3, &cursor);
    ASSERT_OK(page);
    for (const ParkedLane& lane : *page) ids.push_back(lane.message_id);
  } while (!cursor.empty());
  EXPECT_THAT(ids, ElementsAre("c-3", "c-2", "c-1", "c-0"));
  EXPECT_EQ(Parked("sr").size(), 1u);
  EXPECT_EQ(Parked().size(), 5u);
}

}  // namespace
}  // namespace dci::exchange
