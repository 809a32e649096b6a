// Sends what is due in the outbox.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_DISPATCHER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_DISPATCHER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/clock.h"
#include "services/exchange/addresses.h"
#include "services/exchange/backoff.h"
#include "services/exchange/log_sink.h"
#include "services/exchange/message_source.h"
#include "services/exchange/metrics.h"
#include "services/exchange/outbox.h"
#include "services/exchange/sender.h"
#include "services/storage/store.h"

namespace dci::exchange {

// What an answer brings about, as part of a commit.
using Effect = std::function<absl::Status(storage::CommitView&, absl::Time)>;

// Makes a stored message ready to go, anew at each try: the receiver's
// dialect, keys and address are those of now. Thread-safe.
class Renderer {
 public:
  virtual ~Renderer() = default;
  // Host and port that the message would go to, at little cost; empty where
  // that cannot be said.
  virtual std::string AddressOf(const stored::OutboxRow& message) = 0;
  // Calls `done` once, perhaps later. INVALID_ARGUMENT, NOT_FOUND and
  // PERMISSION_DENIED mean that it cannot go as things are: it is parked.
  // CANCELLED means that there is nothing to send any more: it is dropped. Any
  // other error is tried again.
  virtual void Render(const stored::OutboxRow& message, absl::Time now,
                      std::function<void(absl::StatusOr<Delivery>)> done) = 0;
  // Reads a receiver's answer. OK: acknowledged. Errors as above.
  virtual absl::Status Judge(const Delivery& delivery, const Reply& reply) = 0;
  // Reads an answer that was judged OK. Calls `done` once, perhaps later, with
  // what it brings about in the commit that takes the message out of the
  // outbox; with nothing where it says no more than that. Errors as above.
  virtual void ReadAnswer(const stored::OutboxRow& message,
                          const Delivery& delivery, const Reply& reply,
                          absl::Time now,
                          std::function<void(absl::StatusOr<Effect>)> done) {
    done(Effect());
  }
};

struct DispatcherOptions {
  BackoffOptions backoff;
  // Tries until a message is parked.
  int max_attempts = 12;
  // As AddressLimits; the pause is no longer than the greatest delay of a
  // retry.
  int max_in_flight = 32;
  int breaker_failures = 5;
  absl::Duration breaker_pause = absl::Seconds(30);
  // Of the jitter.
  uint64_t seed = 1;
};

// Delivers at least once, in the order of each lane. Neither receivers nor
// their addresses wait for each other. Thread-safe.
class Dispatcher {
 public:
  // All outlive this; `log` and `sources` may be null. `wake` is called when
  // there is work again before the next tick of the clock; may be empty.
  Dispatcher(const DispatcherOptions& options, storage::Store* store,
             const Outbox* outbox, Renderer* renderer, Sender* sender,
             Clock* clock, Metrics* metrics, LogSink* log,
             std::function<void()> wake,
             const MessageSources* sources = nullptr);
  // Waits as Drain does.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Begins to send all that is due at `now` and fits the limits; returns how
  // many messages that are. What becomes of them is written as it is known.
  // INTERNAL where the store cannot be read.
  absl::StatusOr<int> ExecutePass(absl::Time now);

  // Waits until nothing is in flight and all outcomes are written.
  void WaitIdle();
  // Begins nothing more, and waits. What is not sent stays in the store.
  void Drain();

  int in_flight() const;

 private:
  struct Try;
  enum class Verdict { kDelivered, kRetry, kPark };

  // Takes places for lanes of a receiver that are due, and begins them.
  absl::StatusOr<int> StartDue(const storage::Snapshot& snapshot,
                               const std::string& destination,
                               const absl::flat_hash_set<std::string>& busy,
                               absl::Time now);
  bool HasRoom(size_t begun) const;
  std::string AddressOf(const storage::Snapshot& snapshot, const DueLane& due);
  void Start(const storage::Snapshot& snapshot, DueLane due,
             std::string address, absl::Time now);
  void Take(std::shared_ptr<Try> attempt, const Delivery& delivery,
            const Reply& reply);
  void Finish(std::shared_ptr<Try> attempt, absl::Status status);
  absl::Status ApplyDelivered(const Try& attempt, absl::Time now,
                              absl::Status* refusal,
                              storage::CommitView& view) const;
  Verdict Weigh(const Try& attempt, const absl::Status& status);
  absl::Duration Delay(const Try& attempt);
  void Write(std::shared_ptr<Try> attempt, Verdict verdict,
             absl::Status status);
  absl::Status ApplyFailed(Try* attempt, const absl::Status& status,
                           absl::Time now, absl::Time due,
                           storage::CommitView& view) const;
  void Report(const Try& attempt, Verdict verdict, const absl::Status& status);
  void Release(const Try& attempt);

  const DispatcherOptions options_;
  storage::Store* const store_;
  const Outbox* const outbox_;
  Renderer* const renderer_;
  Sender* const sender_;
  Clock* const clock_;
  Metrics* const metrics_;
  LogSink* const log_;
  const std::function<void()> wake_;
  const MessageSources* const sources_;

  Addresses addresses_;
  std::mutex pass_mutex_;
  // Of the passes: where the next one begins, and the addresses of messages
  // that wait for a place.
  size_t turn_ = 0;
  absl::flat_hash_map<std::string, std::pair<uint64_t, std::string>> waiting_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  bool draining_ = false;
  uint64_t random_;
  size_t open_ = 0;                         // tries, until they are reported
  absl::flat_hash_set<std::string> lanes_;  // in flight
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_DISPATCHER_H_
