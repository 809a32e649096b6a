// Message ids of late, in memory: for messages that change nothing.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_RECENT_IDS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_RECENT_IDS_H_

#include <cstddef>
#include <functional>
#include <mutex>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dci::exchange {

// Thread-safe.
class RecentIds {
 public:
  enum class Seen {
    kNew,
    kSame,   // the same fingerprint
    kOther,  // another one
  };

  // Beyond `max_ids` those are forgotten early that would be the soonest.
  explicit RecentIds(size_t max_ids = 1000000) : max_ids_(max_ids) {}

  // Remembers `key` until `until`, unless it is remembered already.
  Seen Note(absl::string_view key, absl::string_view fingerprint,
            absl::Time now, absl::Time until);
  // What Note would say, remembering nothing.
  Seen Look(absl::string_view key, absl::string_view fingerprint,
            absl::Time now);

 private:
  using Expiry = std::pair<absl::Time, std::string>;

  void Forget(absl::Time now);
  void ForgetNext();

  const size_t max_ids_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, std::string> ids_;
  std::priority_queue<Expiry, std::vector<Expiry>, std::greater<Expiry>>
      by_expiry_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_RECENT_IDS_H_
