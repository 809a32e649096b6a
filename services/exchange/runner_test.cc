#include "services/exchange/runner.h"

#include <condition_variable>
#include <mutex>

#include "gtest/gtest.h"

namespace dci::exchange {
namespace {

// Counts the passes, and lets a test wait for them.
class Passes {
 public:
  void Add() {
    std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  int WaitFor(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(Runner, PassesWhenItIsWoken) {
  Passes passes;
  Runner runner([&] { passes.Add(); }, absl::Hours(1));
  runner.Start();
  int count = passes.WaitFor(1);
  for (int i = 0; i < 20; ++i) {
    runner.Wake();
    count = passes.WaitFor(count + 1);
  }
  runner.Stop();
}

TEST(Runner, PassesWithTheTick) {
  Passes passes;
  Runner runner([&] { passes.Add(); }, absl::Milliseconds(1));
  runner.Start();
  EXPECT_GE(passes.WaitFor(3), 3);
}

TEST(Runner, AWakeDuringAPassIsNotLost) {
  Passes passes;
  Runner* self = nullptr;
  int wakes = 5;
  Runner runner(
      [&] {
        if (wakes-- > 0) self->Wake();
        passes.Add();
      },
      absl::Hours(1));
  self = &runner;
  runner.Start();
  passes.WaitFor(6);
}

TEST(Runner, StopsOnceAndForAll) {
  Passes passes;
  Runner runner([&] { passes.Add(); }, absl::Hours(1));
  runner.Start();
  passes.WaitFor(1);
  runner.Stop();
  runner.Stop();
  runner.Wake();
}

TEST(Runner, MayNeverStart) {
  Runner runner([] {}, absl::Hours(1));
  runner.Stop();
}

}  // namespace
}  // namespace dci::exchange
