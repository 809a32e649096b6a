// Forgets asynchronous messages that changed nothing.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_SWEEPER_H_
#define CONVERGENCE_SERVICES_EXCHANGE_SWEEPER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/layout.h"
#include "services/storage/store.h"

namespace dci::exchange {

// One pass at a time.
class Sweeper {
 public:
  // All outlive this.
  Sweeper(absl::Duration retention, const Spaces& spaces, storage::Store* store,
          const HandlerRegistry* handlers)
      : retention_(retention),
        spaces_(spaces),
        store_(store),
        handlers_(handlers) {}

  // Forgets the oldest messages that were received before the retention, at
  // most 100: request, outcomes, message id, and what transaction status finds
  // them by. One that is not decided yet stays. Waits for its commit; returns
  // how many it forgot.
  absl::StatusOr<int> ExecutePass(absl::Time now);

 private:
  struct Old {
    std::string expiry_key;
    std::string correlation_id;
    // In the space of items; there only if they are still this message's.
    std::vector<std::string> item_keys;
  };

  absl::StatusOr<std::vector<Old>> Find(const storage::Snapshot& snapshot,
                                        absl::Time now) const;
  absl::Status AddItems(const storage::Snapshot& snapshot, Old* old) const;
  absl::StatusOr<bool> Forget(storage::CommitView& view, const Old& old) const;

  const absl::Duration retention_;
  const Spaces spaces_;
  storage::Store* const store_;
  const HandlerRegistry* const handlers_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_SWEEPER_H_
