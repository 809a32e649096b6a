// Counters of the exchange. The server shows them; nothing here decides on
// them.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_METRICS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_METRICS_H_

#include <atomic>
#include <cstdint>

namespace dci::exchange {

// Since the start. Each is read and added to by itself; together they are no
// consistent picture.
struct Metrics {
  std::atomic<uint64_t> received{0};       // messages handed in
  std::atomic<uint64_t> answered{0};       // synchronous answers
  std::atomic<uint64_t> acknowledged{0};   // ACKs of asynchronous messages
  std::atomic<uint64_t> refused{0};        // refused as a whole
  std::atomic<uint64_t> throttled{0};      // of these, beyond a rate limit
  std::atomic<uint64_t> unavailable{0};    // of these, for lack of service
  std::atomic<uint64_t> items{0};          // items decided
  std::atomic<uint64_t> items_refused{0};  // of these, RJCT
  // Message ids seen before: the same message, and another one that was
  // refused, or let pass because its sender's setting says so.
  std::atomic<uint64_t> repeated{0};
  std::atomic<uint64_t> conflicting{0};
  std::atomic<uint64_t> conflicting_let_pass{0};
  std::atomic<uint64_t> items_repeated{0};
  std::atomic<uint64_t> findings{0};   // tolerances taken
  std::atomic<uint64_t> decided{0};    // asynchronous messages decided
  std::atomic<uint64_t> delivered{0};  // outgoing messages acknowledged
  std::atomic<uint64_t> retried{0};    // tries that failed and are repeated
  std::atomic<uint64_t> parked{0};     // outgoing messages given up
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_METRICS_H_
