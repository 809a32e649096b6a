// Message ids of late, in memory: for messages that change nothing.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_RECENT_IDS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_RECENT_IDS_H_

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <utility>

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

  // Each id is remembered for `window`. Beyond `max_ids` the oldest are
  // forgotten early.
  explicit RecentIds(absl::Duration window, size_t max_ids = 1000000)
      : window_(window), max_ids_(max_ids) {}

  // Remembers `key`, unless it is remembered already.
  Seen Note(absl::string_view key, absl::string_view fingerprint,
            absl::Time now);

 private:
  void Forget(absl::Time now);

  const absl::Duration window_;
  const size_t max_ids_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, std::string> ids_;
  std::deque<std::pair<absl::Time, std::string>> by_age_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_RECENT_IDS_H_
