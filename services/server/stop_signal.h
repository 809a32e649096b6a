// Waits for SIGINT or SIGTERM.
#ifndef CONVERGENCE_SERVICES_SERVER_STOP_SIGNAL_H_
#define CONVERGENCE_SERVICES_SERVER_STOP_SIGNAL_H_

#include <csignal>

namespace dci::server {

// Make it before the first thread is started: threads inherit the mask by
// which the signals wait for Wait.
class StopSignal {
 public:
  StopSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A peer that goes away is an error of that connection.
    std::signal(SIGPIPE, SIG_IGN);
  }

  // Blocks until one of them comes.
  void Wait() {
    int signal = 0;
    sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_STOP_SIGNAL_H_
