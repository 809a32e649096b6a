// Changes for those who ask for them: from a place in the change log on.
#ifndef CONVERGENCE_SERVICES_REGISTRY_WATCH_H_
#define CONVERGENCE_SERVICES_REGISTRY_WATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/ext/v1/watch.pb.h"
#include "services/registry/change_disclosure.h"
#include "services/registry/subscription_criteria.h"
#include "services/registry/subscriptions.h"
#include "services/storage/store.h"

namespace dci::registry {

// A request, resolved, and how far it has got.
struct WatchQuery {
  CompiledCriteria criteria;
  std::string event_type;  // as asked for; empty: each is told which it is
  uint64_t position = 0;
  size_t max_events = 0;
  std::string sender_id;
  std::string authorize;  // of its subscription; JSON or empty
};

// An answer, and what writes down that its records are disclosed: in a commit
// before it is given.
struct WatchAnswer {
  ext::v1::WatchResponse response;
  std::vector<DisclosureLog::Write> write_down;
  // There is more to look at.
  bool more = false;
};

// One registry's log as its watchers see it. Thread-safe.
class WatchReader {
 public:
  // `one` outlives this.
  explicit WatchReader(const Subscriptions* one) : one_(one) {}

  // Refusals with err.request.bad for criteria and cursors that cannot be
  // read, with err.request.not_found for a subscription that is not the
  // sender's, and as Collect.
  absl::StatusOr<WatchQuery> Read(const ext::v1::WatchRequest& request,
                                  absl::string_view sender_id,
                                  const storage::Snapshot& snapshot) const;

  // The events after the query's position, which is moved on; at most so many
  // as it asks for, and after looking at a bounded number of changes. A
  // refusal with err.request.not_found where the log does not reach back so
  // far any more.
  absl::StatusOr<WatchAnswer> Collect(const storage::Snapshot& snapshot,
                                      WatchQuery* query, absl::Time now) const;

  // Goes on after all that was looked at.
  std::string CursorOf(const WatchQuery& query) const {
    return CursorAt(query.position);
  }
  const Subscriptions& subscriptions() const { return *one_; }

 private:
  absl::StatusOr<v1::SubscribeCriteria> CriteriaOf(
      const ext::v1::WatchRequest& request, absl::string_view sender_id,
      const storage::Snapshot& snapshot) const;
  absl::StatusOr<uint64_t> PlaceOf(const std::string& cursor,
                                   const storage::Snapshot& snapshot) const;
  absl::Status CheckPlace(uint64_t place,
                          const storage::Snapshot& snapshot) const;
  std::string CursorAt(uint64_t position) const;

  const Subscriptions* const one_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_WATCH_H_
