#include "services/exchange/dispatcher.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
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

// The body is what is sent; the receiver is the target. An answer is judged
// by its HTTP status alone.
class PlainRenderer : public Renderer {
 public:
  std::string AddressOf(const stored::OutboxRow& message) override {
    return message.address().empty() ? message.receiver_id()
                                     : message.address();
  }
  void Render(const stored::OutboxRow& message, absl::Time now,
              std::function<void(absl::StatusOr<Delivery>)> done) override {
    if (message.body() == "gone") return done(absl::CancelledError());
    if (message.body() == "unrenderable") {
      return done(absl::NotFoundError("no such participant"));
    }
    if (message.body() == "unready") {
      return done(absl::FailedPreconditionError("no key"));
    }
    Delivery delivery;
    delivery.target = message.receiver_id();
    delivery.bytes = message.body();
    done(std::move(delivery));
  }
  absl::Status Judge(const Delivery& delivery, const Reply& reply) override {
    if (reply.http_status == 200) return absl::OkStatus();
    if (reply.http_status == 400) return absl::InvalidArgumentError("ERR");
    return absl::UnavailableError("not now");
  }
};

// Gives up after two failures.
class CountingSource : public MessageSource {
 public:
  absl::StatusOr<std::optional<std::string>> MakeBody(
      absl::string_view reference,
      const dci::common::v1::MsgCallbackHeader&) const override {
    return std::string(reference);
  }
  absl::StatusOr<bool> TakeFailure(absl::string_view reference,
                                   const FailedTry& failed, absl::Time,
                                   storage::CommitView&) const override {
    failed_.push_back(absl::StrCat(reference, " ", failed.attempts, " ",
                                   failed.parked, " ", failed.error));
    return failed.attempts >= 2;
  }
  void CountDelivered(absl::string_view reference) const override {
    delivered_.emplace_back(reference);
  }

  mutable std::vector<std::string> failed_, delivered_;
};

class DispatcherTest : public ::testing::Test {
 protected:
  DispatcherTest()
      : store_(storage::NewMemoryStore(ExchangeSpaces())),
        outbox_(Spaces::Find(*store_)->outbox, &ids_) {
    method_.full_name = "x.Callback.OnSearch";
    options_.backoff = {absl::Seconds(8), absl::Seconds(64)};
    options_.max_attempts = 3;
    options_.max_in_flight = 2;
    options_.breaker_failures = 2;
    options_.breaker_pause = absl::Seconds(30);
    Make();
  }

  void Make() {
    dispatcher_ = std::make_unique<Dispatcher>(
        options_, store_.get(), &outbox_, &renderer_, &sender_, &clock_,
        &metrics_, &log_, [this] { ++wakes_; }, &sources_);
  }
  void Put(const std::string& receiver, const std::string& lane,
           const std::string& body, const std::string& address = "",
           const std::string& source = "") {
    Outgoing message;
    message.address = address;
    message.source = source;
    message.method = &method_;
    message.receiver_id = receiver;
    message.lane = lane;
    message.header.set_message_id("m-" + body);
    message.body = body;
    ASSERT_OK(
        storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
          return outbox_.Enqueue(view, message, clock_.Now());
        }));
  }
  // One pass, everything it began answered by `reply`.
  int Pass(absl::StatusOr<Reply> reply) {
    sender_.RespondWith([=](const Delivery&) { return reply; });
    auto started = dispatcher_->ExecutePass(clock_.Now());
    EXPECT_OK(started);
    dispatcher_->WaitIdle();
    sender_.RespondWith(nullptr);
    return started.value_or(-1);
  }
  int Pass(int http_status) { return Pass(Reply{http_status, "", {}}); }
  // One pass whose messages stay unanswered.
  int Begin() { return dispatcher_->ExecutePass(clock_.Now()).value_or(-1); }
  std::vector<std::string> Sent() {
    std::vector<std::string> bodies;
    for (const Delivery& d : sender_.sent()) bodies.push_back(d.bytes);
    return bodies;
  }
  uint64_t Queued() {
    const auto counts = outbox_.Counts(*store_->GetSnapshot()).value();
    uint64_t queued = 0;
    for (const OutboxCounts& c : counts) queued += c.queued;
    return queued;
  }

  schema::Method method_;
  FakeIds ids_;
  FakeClock clock_;
  FakeSender sender_;
  FakeLog log_;
  Metrics metrics_;
  PlainRenderer renderer_;
  CountingSource source_;
  const MessageSources sources_{{"counting", &source_}};
  std::atomic<int> wakes_{0};
  std::unique_ptr<storage::Store> store_;
  Outbox outbox_;
  DispatcherOptions options_;
  std::unique_ptr<Dispatcher> dispatcher_;
};

TEST_F(DispatcherTest, SendsInTheOrderOfALane) {
  for (const char* body : {"1", "2", "3"}) Put("sp", "c", body);
  while (Pass(200) > 0) {
  }
  EXPECT_THAT(Sent(), ElementsAre("1", "2", "3"));
  EXPECT_EQ(Queued(), 0u);
  EXPECT_EQ(metrics_.delivered, 3u);
  EXPECT_EQ(wakes_, 3);
}

TEST_F(DispatcherTest, OneOfALaneIsInFlight) {
  Put("sp", "c", "1");
  Put("sp", "c", "2");
  EXPECT_EQ(Begin(), 1);
  EXPECT_EQ(Begin(), 0);
  EXPECT_EQ(dispatcher_->in_flight(), 1);
  sender_.Answer(Reply{});
  dispatcher_->WaitIdle();
  EXPECT_EQ(Begin(), 1);
  sender_.Answer(Reply{});
}

TEST_F(DispatcherTest, AFailureIsTriedAgainLaterWithTheSameMessage) {
  Put("sp", "c", "1");
  Pass(absl::UnavailableError("no route"));
  EXPECT_EQ(Pass(200), 0);
  clock_.Advance(absl::Seconds(8));
  EXPECT_EQ(Pass(200), 1);
  EXPECT_THAT(Sent(), ElementsAre("1", "1"));
  EXPECT_EQ(metrics_.retried, 1u);
  EXPECT_EQ(metrics_.delivered, 1u);
}

TEST_F(DispatcherTest, RetryAfterIsRespectedWithinTheBound) {
  Put("sp", "c", "1");
  Pass(Reply{503, "", absl::Seconds(40)});
  clock_.Advance(absl::Seconds(39));
  EXPECT_EQ(Pass(503), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Pass(Reply{503, "", absl::Hours(100)}), 1);
  clock_.Advance(absl::Seconds(64));
  EXPECT_EQ(Pass(200), 1);
}

TEST_F(DispatcherTest, AfterTheLastTryTheMessageIsParked) {
  Put("sp", "c", "1");
  Put("sp", "c", "2");
  for (int i = 0; i < 5; ++i) {
    Pass(503);
    clock_.Advance(absl::Seconds(100));
  }
  EXPECT_THAT(Sent(), ElementsAre("1", "1", "1"));
  std::string cursor;
  auto parked = outbox_.ListParked(*store_->GetSnapshot(), "sp", 10, &cursor);
  ASSERT_OK(parked);
  ASSERT_EQ(parked->size(), 1u);
  EXPECT_EQ((*parked)[0].attempts, 3u);
  EXPECT_EQ((*parked)[0].last_error, "not now");
  EXPECT_EQ(metrics_.parked, 1u);
}

TEST_F(DispatcherTest, AnErrParksAtOnce) {
  Put("sp", "c", "1");
  Pass(400);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Pass(200), 0);
  EXPECT_EQ(metrics_.parked, 1u);
  EXPECT_EQ(log_.events().back().kind, LogEvent::Kind::kParked);
  EXPECT_EQ(log_.events().back().message_id, "m-1");
  EXPECT_EQ(log_.events().back().correlation_id, "c");
}

TEST_F(DispatcherTest, WhatCannotBeRenderedIsParkedAndNotSent) {
  Put("sp", "c", "unrenderable");
  EXPECT_EQ(Pass(200), 1);
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_EQ(metrics_.parked, 1u);
}

TEST_F(DispatcherTest, AFullReceiverDoesNotHoldUpAnother) {
  for (int i = 0; i < 5; ++i) Put("slow", absl::StrCat("c", i), "slow");
  Put("sp", "c", "quick");
  EXPECT_EQ(Begin(), 3);
  EXPECT_THAT(Sent(), ElementsAre("slow", "slow", "quick"));
  for (int i = 0; i < 3; ++i) sender_.Answer(Reply{});
}

TEST_F(DispatcherTest, ADeadReceiverIsLeftAloneAndTriedByOneMessage) {
  for (int i = 0; i < 4; ++i) Put("dead", absl::StrCat("c", i), "dead");
  EXPECT_EQ(Pass(absl::UnavailableError("refused")), 2);
  Put("sp", "c", "quick");
  EXPECT_EQ(Pass(200), 1);  // only the other receiver's
  clock_.Advance(absl::Seconds(30));
  EXPECT_EQ(Begin(), 1);
  EXPECT_EQ(Begin(), 0);
  sender_.Answer(Reply{});
  dispatcher_->WaitIdle();
  EXPECT_EQ(Pass(200), 2);
  EXPECT_EQ(Pass(200), 1);
  EXPECT_EQ(Queued(), 0u);
}

TEST_F(DispatcherTest, ADeadReceiverIsTriedAsOftenAsAMessageWouldBe) {
  options_.backoff.max_delay = absl::Seconds(10);
  Make();
  for (int i = 0; i < 3; ++i) Put("dead", absl::StrCat("c", i), "dead");
  EXPECT_EQ(Pass(absl::UnavailableError("refused")), 2);
  clock_.Advance(absl::Seconds(9));
  EXPECT_EQ(Begin(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Pass(200), 1);
}

TEST_F(DispatcherTest, ADeadAddressDoesNotHoldUpAnotherOfItsReceiver) {
  for (int i = 0; i < 5; ++i) Put("sp", absl::StrCat("a", i), "dead", "a:1");
  EXPECT_EQ(Pass(absl::UnavailableError("refused")), 2);  // and it is closed
  Put("sp", "b0", "quick", "b:1");
  EXPECT_EQ(Pass(200), 1);
  EXPECT_EQ(Sent().back(), "quick");
}

TEST_F(DispatcherTest, ReceiversBehindOneAddressShareItsPlacesAndItsFailures) {
  for (int i = 0; i < 3; ++i) {
    Put("one", absl::StrCat("a", i), "one", "a:1");
    Put("two", absl::StrCat("b", i), "two", "a:1");
  }
  EXPECT_EQ(Begin(), 2);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Begin(), 0);
  for (int i = 0; i < 2; ++i) sender_.Answer(Reply{});
  dispatcher_->WaitIdle();
  // Each pass begins with another of them.
  EXPECT_EQ(Pass(absl::UnavailableError("refused")), 2);
  EXPECT_EQ(Pass(200), 0);
  std::vector<std::string> sent = Sent();
  std::sort(sent.begin(), sent.end());
  EXPECT_THAT(sent, ElementsAre("one", "one", "two", "two"));
}

TEST_F(DispatcherTest, WhatCannotBeMadeReadySaysNothingOfItsAddress) {
  for (int i = 0; i < 4; ++i) Put("sp", absl::StrCat("c", i), "unready", "a:1");
  EXPECT_EQ(Pass(200), 2);
  EXPECT_EQ(Pass(200), 2);
  Put("other", "c", "quick", "a:1");
  EXPECT_EQ(Pass(200), 1);
  EXPECT_THAT(Sent(), ElementsAre("quick"));
}

TEST_F(DispatcherTest, ARestartSendsAgainWhatWasInFlight) {
  Put("sp", "c", "1");
  EXPECT_EQ(Begin(), 1);
  // Another process on the same store: the first one's memory is gone.
  Dispatcher second(options_, store_.get(), &outbox_, &renderer_, &sender_,
                    &clock_, &metrics_, nullptr, nullptr);
  ASSERT_OK(second.ExecutePass(clock_.Now()));
  EXPECT_THAT(Sent(), ElementsAre("1", "1"));
  sender_.Answer(Reply{});
  sender_.Answer(Reply{});
  second.WaitIdle();
  dispatcher_->WaitIdle();
  EXPECT_EQ(Queued(), 0u);
}

TEST_F(DispatcherTest, DrainWaitsAndBeginsNothingMore) {
  Put("sp", "c", "1");
  Put("sp", "d", "2");
  Put("sp", "e", "3");
  EXPECT_EQ(Begin(), 2);
  std::thread drain([&] { dispatcher_->Drain(); });
  sender_.Answer(Reply{});
  sender_.Answer(Reply{});
  drain.join();
  EXPECT_EQ(Begin(), 0);
  EXPECT_EQ(Queued(), 1u);
}

TEST_F(DispatcherTest, ManyThreadsDeliverEachMessageOnceAndInOrder) {
  constexpr int kLanes = 8, kEach = 25;
  options_.max_in_flight = 4;
  options_.breaker_failures = 1000;
  Make();
  sender_.RespondWith([](const Delivery&) { return Reply{}; });
  std::atomic<bool> stop{false};
  std::vector<std::thread> passes;
  for (int t = 0; t < 3; ++t) {
    passes.emplace_back([&] {
      while (!stop) EXPECT_OK(dispatcher_->ExecutePass(clock_.Now()));
    });
  }
  for (int i = 0; i < kEach; ++i) {
    for (int lane = 0; lane < kLanes; ++lane) {
      Put("sp", absl::StrCat("c", lane), absl::StrCat(lane, ":", 1000 + i));
    }
  }
  while (Queued() > 0) std::this_thread::yield();
  stop = true;
  for (std::thread& thread : passes) thread.join();
  dispatcher_->Drain();

  std::vector<std::vector<std::string>> by_lane(kLanes);
  for (const std::string& body : Sent()) by_lane[body[0] - '0'].push_back(body);
  for (const auto& bodies : by_lane) {
    ASSERT_EQ(bodies.size(), kEach);
    EXPECT_TRUE(std::is_sorted(bodies.begin(), bodies.end()));
  }
}

TEST_F(DispatcherTest, ASourceHearsOfFailuresAndGivesUpByItself) {
  Put("sp", "c", "1", "", "counting");
  Put("sp", "c", "2", "", "counting");
  Pass(503);
  clock_.Advance(absl::Seconds(8));
  Pass(503);
  EXPECT_THAT(source_.failed_, ElementsAre("1 1 0 not now", "1 2 0 not now"));
  EXPECT_EQ(metrics_.parked, 1u);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Pass(200), 0);
}

TEST_F(DispatcherTest, ASourceHearsWhatIsDeliveredAndWhatIsParkedAnyway) {
  Put("sp", "a", "1", "", "counting");
  Put("sp", "b", "2");
  Pass(200);
  EXPECT_THAT(source_.delivered_, ElementsAre("1"));
  Put("sp", "a", "3", "", "counting");
  Pass(400);
  EXPECT_THAT(source_.failed_, ElementsAre("3 1 1 ERR"));
}

TEST_F(DispatcherTest, WhatThereIsNothingOfIsDroppedUnsent) {
  Put("sp", "c", "gone", "", "counting");
  Put("sp", "c", "2", "", "counting");
  EXPECT_EQ(Pass(200), 1);
  EXPECT_EQ(Pass(200), 1);
  EXPECT_THAT(Sent(), ElementsAre("2"));
  EXPECT_THAT(source_.delivered_, ElementsAre("2"));
  EXPECT_EQ(metrics_.delivered, 1u);
  EXPECT_EQ(Queued(), 0u);
}

}  // namespace
}  // namespace dci::exchange
