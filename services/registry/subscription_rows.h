// Subscriptions in the store. Rows of the space registry_subscriptions, each
// after the name of the registry's service:
//
//   S code                -> state::Subscription
//   E sender, digest      -> code, of the live subscription with such criteria
//   C sender              -> state::SenderCount
//   T time, code          -> nothing: the row has something to do then
//   B code, sequence      -> nothing: a change that was collected
//   L sequence            -> code: the row was written
//   F                     -> state::FanOut
//   V                     -> number of the last change that takes from a
//                            subscription what others may be handing to it
//   G                     -> state::LogStart
//
// Functions that take a CommitView are part of the caller's apply.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_ROWS_H_
#define CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_ROWS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/exchange/handler.h"
#include "services/registry/subscription_state.pb.h"
#include "services/storage/store.h"

namespace dci::registry {

// Completes items that were left pending, within a commit.
using Completer = std::function<absl::Status(
    storage::CommitView&, const std::vector<exchange::Completion>&,
    absl::Time now)>;

// It takes part: waits, gets, or may be resumed.
bool IsLive(const state::Subscription& row);

// Tells the subscriber that a pending subscription does not begin.
absl::Status CompleteRefused(const Completer& complete,
                             const state::Subscription& row,
                             absl::string_view why, absl::Time now,
                             storage::CommitView& view);

// The last change that a subscription which has joined was told of, where the
// fan-out stands at `place`; not before the first one that is its own.
uint64_t ToldUpTo(const state::FanOut& place, const state::Subscription& row);

// Thread-safe: has no state but the store's.
class SubscriptionRows {
 public:
  SubscriptionRows(storage::Space space, std::string service)
      : space_(space), service_(std::move(service)) {}

  storage::Space space() const { return space_; }

  std::string Key(absl::string_view code) const;
  std::string EqualKey(absl::string_view sender,
                       absl::string_view digest) const;
  std::string CountKey(absl::string_view sender) const;
  std::string CollectedKey(absl::string_view code, uint64_t sequence) const;
  std::string FanOutKey() const;
  std::string VersionKey() const;

  // Beginnings of all keys of a kind.
  std::string Prefix(char tag) const;
  std::string CollectedPrefix(absl::string_view code) const;
  // False where the key is none of the kind.
  bool ParseTimer(absl::string_view key, int64_t* time_us,
                  std::string* code) const;
  bool ParseCollected(absl::string_view key, uint64_t* sequence) const;
  // Key of the first row after a written one.
  std::string WrittenKey(uint64_t sequence) const;
  bool ParseWritten(absl::string_view key, uint64_t* sequence) const;

  absl::StatusOr<std::optional<state::Subscription>> Find(
      const storage::View& view, absl::string_view code) const;
  // The live subscription of the sender with such criteria.
  absl::StatusOr<std::optional<state::Subscription>> FindEqual(
      const storage::View& view, absl::string_view sender,
      absl::string_view digest) const;
  absl::StatusOr<int> CountLive(const storage::View& view,
                                absl::string_view sender) const;

  // Writes a row, and with it whatever follows from it: timers, the sender's
  // count, the row by criteria, and that it was written. `old` is the row as
  // it stands; null: there is none.
  absl::Status Put(storage::CommitView& view, const state::Subscription* old,
                   const state::Subscription& row) const;
  // Removes a row and all that goes with it.
  absl::Status Remove(storage::CommitView& view,
                      const state::Subscription& old) const;

  absl::StatusOr<state::FanOut> ReadFanOut(const storage::View& view) const;
  void PutFanOut(storage::CommitView& view, const state::FanOut& row) const;
  // The last change of a subscription that a fan-out must not have missed.
  absl::StatusOr<std::string> ReadVersion(const storage::View& view) const;
  void BumpVersion(storage::CommitView& view) const;

  absl::StatusOr<state::LogStart> ReadLogStart(const storage::View& view) const;
  void PutLogStart(storage::CommitView& view, const state::LogStart& row) const;

 private:
  std::string LogStartKey() const;
  std::string TimerKey(int64_t time_us, absl::string_view code) const;
  // When the row has something to do.
  std::vector<std::string> Timers(const state::Subscription& row) const;
  absl::Status CountUp(storage::CommitView& view, absl::string_view sender,
                       int by) const;

  const storage::Space space_;
  const std::string service_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SUBSCRIPTION_ROWS_H_
