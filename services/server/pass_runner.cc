#include "services/server/pass_runner.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace dci::server {

PassRunner::PassRunner(std::vector<Pass> passes, const Clock* clock,
                       JsonLog* log, Waker* waker, absl::Duration tick)
    : clock_(clock), log_(log), tick_(tick), waker_(waker) {
  for (Pass& pass : passes) turns_.push_back({std::move(pass)});
  if (!turns_.empty()) thread_ = std::thread([this] { Run(); });
}

PassRunner::~PassRunner() {
  stop_ = true;
  waker_->Wake();
  if (thread_.joinable()) thread_.join();
}

bool PassRunner::IsDue(const Turn& turn, absl::Time now) const {
  // A clock that was set back must not hold a pass up.
  return turn.pass.when_woken || now >= turn.next || now < turn.next - tick_;
}

bool PassRunner::RunAll() {
  bool more = false;
  for (Turn& turn : turns_) {
    const absl::Time now = clock_->Now();
    if (!IsDue(turn, now)) continue;
    const absl::StatusOr<bool> result = turn.pass.execute(now);
    if (!result.ok())
      // It is tried again after the tick: what it works on is in the store.
      log_->Note("pass_failed", absl::StrCat(turn.pass.name, ": ",
                                             result.status().ToString()));
    const bool again = result.ok() && *result;
    turn.next = again ? absl::InfinitePast() : now + tick_;
    more = more || again;
  }
  return more;
}

void PassRunner::Run() {
  while (!stop_)
    if (!RunAll()) waker_->Sleep(tick_);
}

}  // namespace dci::server
