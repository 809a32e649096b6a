// Forgets changes that are old and owed to nobody.
#ifndef CONVERGENCE_SERVICES_REGISTRY_LOG_TRIM_H_
#define CONVERGENCE_SERVICES_REGISTRY_LOG_TRIM_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registry/subscriptions.h"
#include "services/storage/store.h"

namespace dci::registry {

// The change log of one store, which its registries share: kept as long as the
// one that keeps it longest says. Thread-safe; one pass at a time.
class LogTrimmer {
 public:
  // All registries of the store, which outlive this.
  explicit LogTrimmer(std::vector<Subscriptions*> all) : all_(std::move(all)) {}

  // Ends subscriptions that were suspended for longer than the log is kept,
  // then deletes changes that are older than that and that no subscription is
  // still to get, a bounded number of them. True where there is more.
  absl::StatusOr<bool> ExecutePass(absl::Time now);

 private:
  // How long the log is kept; nothing: for ever.
  absl::Duration Retention() const;
  absl::Status EndForgotten(const Subscriptions& one, absl::Time before);
  // The first change that a subscription is still to get, or may be.
  absl::StatusOr<uint64_t> FirstOwed(const Subscriptions& one,
                                     const storage::Snapshot& snapshot) const;
  absl::StatusOr<uint64_t> FirstOwedTo(const Subscriptions& one,
                                       const state::Subscription& row,
                                       const storage::Snapshot& snapshot) const;

  const std::vector<Subscriptions*> all_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_LOG_TRIM_H_
