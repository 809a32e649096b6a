#include "services/server/pass_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace dci::server {

PassRunner::PassRunner(std::vector<Pass> passes, const Clock* clock,
                       JsonLog* log, absl::Duration tick)
    : passes_(std::move(passes)), clock_(clock), log_(log), tick_(tick) {
  if (!passes_.empty()) thread_ = std::thread([this] { Run(); });
}

PassRunner::~PassRunner() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool PassRunner::RunAll() {
  bool more = false;
  for (const Pass& pass : passes_) {
    const absl::StatusOr<bool> result = pass.execute(clock_->Now());
    if (result.ok())
      more = more || *result;
    else
      // It is tried again after the tick: what it works on is in the store.
      log_->Note("pass_failed",
                 absl::StrCat(pass.name, ": ", result.status().ToString()));
  }
  return more;
}

void PassRunner::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stop_) {
    lock.unlock();
    const bool more = RunAll();
    lock.lock();
    if (!more)
      stopped_.wait_for(lock, absl::ToChronoNanoseconds(tick_),
                        [this] { return stop_; });
  }
}

}  // namespace dci::server
