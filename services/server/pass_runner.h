// Calls passes in the background.
#ifndef CONVERGENCE_SERVICES_SERVER_PASS_RUNNER_H_
#define CONVERGENCE_SERVICES_SERVER_PASS_RUNNER_H_

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "services/base/clock.h"
#include "services/server/domain.h"
#include "services/server/json_log.h"
#include "services/server/waker.h"

namespace dci::server {

// One thread that calls each pass in turn, again at once where it says that
// there is more, otherwise after the tick, and some when they are woken.
class PassRunner {
 public:
  // All outlive this. Starts at once.
  PassRunner(std::vector<Pass> passes, const Clock* clock, JsonLog* log,
             Waker* waker, absl::Duration tick = absl::Seconds(1));
  // Waits for the pass that is running.
  ~PassRunner();

 private:
  // A pass, and when it is called next whether woken or not.
  struct Turn {
    Pass pass;
    absl::Time next = absl::InfinitePast();
  };

  void Run();
  bool RunAll();
  bool IsDue(const Turn& turn, absl::Time now) const;

  std::vector<Turn> turns_;
  const Clock* const clock_;
  JsonLog* const log_;
  const absl::Duration tick_;
  Waker* const waker_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_PASS_RUNNER_H_
