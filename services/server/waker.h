// Somebody sleeps, others wake it.
#ifndef CONVERGENCE_SERVICES_SERVER_WAKER_H_
#define CONVERGENCE_SERVICES_SERVER_WAKER_H_

#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace dci::server {

// Thread-safe.
class Waker {
 public:
  // Ends the sleep, or the next one where nobody sleeps. Quick.
  void Wake() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (woken_) return;
    woken_ = true;
    changed_.notify_all();
  }

  // Sleeps until it is woken, at most so long.
  void Sleep(absl::Duration longest) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoNanoseconds(longest),
                      [this] { return woken_; });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_WAKER_H_
