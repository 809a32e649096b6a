#include "services/server/pass_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace dci::server {

PassRunner::PassRunner(std::vector<Pass> passes, const Clock* clock,
                       JsonLog* log, Waker* waker, absl::Duration tick)
    : passes_(std::move(passes)),
      clock_(clock),
      log_(log),
      tick_(tick),
      waker_(waker) {
  if (!passes_.empty()) thread_ = std::thread([this] { Run(); });
}

PassRunner::~PassRunner() {
  stop_ = true;
  waker_->Wake();
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
  while (!stop_)
    if (!RunAll()) waker_->Sleep(tick_);
}

}  // namespace dci::server
