// Time, ids and receivers that a test holds in its hand.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TESTING_FAKES_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TESTING_FAKES_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/base/clock.h"
#include "services/base/ids.h"
#include "services/exchange/log_sink.h"
#include "services/exchange/sender.h"

namespace dci::exchange {

class FakeClock : public Clock {
 public:
  absl::Time Now() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return now_;
  }
  void Advance(absl::Duration by) {
    std::lock_guard<std::mutex> lock(mutex_);
    now_ += by;
  }

 private:
  mutable std::mutex mutex_;
  absl::Time now_ = absl::FromUnixSeconds(1795502400);  // 2026-11-24 06:40
};

// "id-1", "id-2", …
class FakeIds : public IdSource {
 public:
  std::string NewId() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return absl::StrCat("id-", ++last_);
  }

 private:
  std::mutex mutex_;
  int last_ = 0;
};

// Keeps what is sent. Answers at once by `respond`, or, while that is empty,
// when the test calls Answer.
class FakeSender : public Sender {
 public:
  using Done = std::function<void(absl::StatusOr<Reply>)>;

  void Send(Delivery delivery, Done done) override {
    std::function<absl::StatusOr<Reply>(const Delivery&)> respond;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      sent_.push_back(delivery);
      changed_.notify_all();
      respond = respond_;
      if (respond == nullptr) {
        waiting_.push_back(std::move(done));
        return;
      }
    }
    done(respond(delivery));
  }
  void RespondWith(
      std::function<absl::StatusOr<Reply>(const Delivery&)> respond) {
    std::lock_guard<std::mutex> lock(mutex_);
    respond_ = std::move(respond);
  }
  // Answers the message that has waited longest.
  void Answer(absl::StatusOr<Reply> reply) {
    Done done;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      done = std::move(waiting_.front());
      waiting_.pop_front();
    }
    done(std::move(reply));
  }
  void WaitForSent(size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return sent_.size() >= count; });
  }
  std::vector<Delivery> sent() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::function<absl::StatusOr<Reply>(const Delivery&)> respond_;
  std::vector<Delivery> sent_;
  std::deque<Done> waiting_;
};

class FakeLog : public LogSink {
 public:
  void Log(const LogEvent& event) override {
    std::lock_guard<std::mutex> lock(mutex_);
    events_.push_back(event);
  }
  std::vector<LogEvent> events() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<LogEvent> events_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TESTING_FAKES_H_
