// One thread for what may wait: the operator's changes wait for commits and
// for the disk, and no thread of an endpoint may.
#ifndef CONVERGENCE_SERVICES_SERVER_WORKER_H_
#define CONVERGENCE_SERVICES_SERVER_WORKER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace dci::server {

// Thread-safe.
class Worker {
 public:
  Worker() : thread_([this] { Run(); }) {}
  // Does what was given, then ends.
  ~Worker();

  // Does `job` after those given before.
  void Do(std::function<void()> job);

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_WORKER_H_
