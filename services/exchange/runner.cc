#include "services/exchange/runner.h"

#include <utility>

namespace dci::exchange {

Runner::Runner(std::function<void()> pass, absl::Duration tick)
    : pass_(std::move(pass)), tick_(tick) {}

Runner::~Runner() { Stop(); }

void Runner::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Runner::Wake() {
  std::lock_guard<std::mutex> lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void Runner::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Runner::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped_) {
    woken_ = false;
    lock.unlock();
    pass_();
    lock.lock();
    changed_.wait_for(lock, absl::ToChronoMicroseconds(tick_),
                      [this] { return woken_ || stopped_; });
  }
}

}  // namespace dci::exchange
