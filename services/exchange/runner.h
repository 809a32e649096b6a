// A thread that repeats a pass.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_RUNNER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_RUNNER_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace dci::exchange {

class Runner {
 public:
  // From Start to Stop calls `pass` whenever it was woken, and at least once
  // a `tick`.
  Runner(std::function<void()> pass, absl::Duration tick);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // At most once.
  void Start();
  // Asks for a pass that begins after this call. Thread-safe;
  // nothing after Stop.
  void Wake();
  // Returns once the pass that is under way has ended. Not from a pass.
  void Stop();

 private:
  void Run();

  const std::function<void()> pass_;
  const absl::Duration tick_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_RUNNER_H_
