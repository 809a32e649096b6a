// Those who wait for changes.
#ifndef CONVERGENCE_SERVICES_REGISTRY_WATCH_HUB_H_
#define CONVERGENCE_SERVICES_REGISTRY_WATCH_HUB_H_

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/ext/v1/watch.pb.h"
#include "services/registry/watch.h"

namespace dci::registry {

// A call that waits. No thread waits with it.
struct Watcher {
  ext::v1::WatchRequest request;
  std::string sender_id;
  // Answered once, when there are events or the wait is over; otherwise again
  // and again, an answer without events now and then.
  bool once = true;
  // Takes an answer, on the thread of a pass. The last one of a call, which an
  // error is, comes with an empty `next`; after any other one `next` is called
  // when the caller can take more, or with false where it is gone.
  std::function<void(absl::StatusOr<ext::v1::WatchResponse>,
                     std::function<void(bool)> next)>
      give;
  // Set when the caller is gone: it is given one last error.
  std::shared_ptr<std::atomic<bool>> gone =
      std::make_shared<std::atomic<bool>>(false);
};

struct WatchHubOptions {
  // Calls that wait at once.
  size_t max_watchers = 10000;
  absl::Duration default_wait = absl::Seconds(30);
  absl::Duration max_wait = absl::Seconds(60);
};

// Thread-safe.
class WatchHub {
 public:
  // Readers of all registries, which outlive this. `wake` asks for a pass.
  WatchHub(std::vector<WatchReader> readers, WatchHubOptions options,
           std::function<void()> wake)
      : readers_(std::move(readers)),
        options_(options),
        wake_(std::move(wake)) {}
  ~WatchHub() { Stop(); }

  // Takes a call; never blocks. Its answers come from passes.
  void Add(Watcher watcher);

  // Answers those for whom there is something, and those whose wait is over;
  // true where there is more to look at now. Reads the disk.
  absl::StatusOr<bool> ExecutePass(absl::Time now);

  // Ends all calls, those to come too: one that is answered once without
  // events, others with err.service.unavailable. No pass afterwards.
  void Stop();

  size_t waiting() const;

 private:
  struct Call {
    Watcher watcher;
    const WatchReader* reader = nullptr;
    std::optional<WatchQuery> query;
    absl::Time deadline;
  };
  using CallPtr = std::shared_ptr<Call>;

  absl::Status Begin(Call& call, const storage::Snapshot& snapshot,
                     absl::Time now) const;
  absl::StatusOr<const WatchReader*> ReaderFor(const Call& call) const;
  // Writes down what is disclosed before it is given.
  absl::StatusOr<ext::v1::WatchResponse> Collect(
      Call& call, const storage::Snapshot& snapshot, absl::Time now,
      bool* more) const;
  absl::Duration WaitOf(const Call& call) const;
  // True where it goes on waiting.
  bool Serve(const CallPtr& call, absl::Time now, bool* more);
  void GoOn(CallPtr call, bool ok);
  void End(const CallPtr& call, absl::StatusOr<ext::v1::WatchResponse> last);

  const std::vector<WatchReader> readers_;
  const WatchHubOptions options_;
  const std::function<void()> wake_;

  std::mutex pass_mutex_;
  mutable std::mutex mutex_;
  bool stopped_ = false;
  std::list<CallPtr> waiting_;
  // Those that wait, and those that are given an answer.
  size_t calls_ = 0;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_WATCH_HUB_H_
