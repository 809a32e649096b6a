// Requests and their outcomes in the store. Functions that take a CommitView
// are part of the caller's apply.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TRANSACTIONS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TRANSACTIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/exchange/answer_body.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/layout.h"
#include "services/exchange/outbox.h"
#include "services/exchange/request.h"
#include "services/exchange/stored.pb.h"
#include "services/storage/store.h"
#include "services/trust/participants.h"
#include "services/wire/codec.h"

namespace dci::exchange {

// Thread-safe: has no state but the store's.
class Transactions {
 public:
  // All outlive this.
  Transactions(const Spaces& spaces, const HandlerRegistry* handlers,
               const Outbox* outbox, const trust::ParticipantDirectory* senders,
               const wire::Codec* codec)
      : spaces_(spaces),
        handlers_(handlers),
        outbox_(outbox),
        senders_(senders),
        codec_(codec) {}

  // Writes an accepted request: it will be decided, even after a restart. One
  // that changes nothing is given to the sweeper, with its `message_key`.
  void PutAccepted(storage::CommitView& view, const Request& request,
                   absl::string_view address,
                   absl::string_view message_key) const;

  // Makes the request that was accepted whole again. Its items are validated
  // as they were. NOT_FOUND where it is gone or nobody serves it any more.
  absl::StatusOr<std::shared_ptr<const Request>> Restore(
      const storage::View& view, absl::string_view correlation_id) const;

  // Writes outcomes as those from item `first` on, and makes them known to
  // transaction status by reference id. With pending ones, rows to complete
  // them.
  void PutOutcomes(storage::CommitView& view, const Request& request,
                   uint64_t first,
                   const std::vector<stored::Outcome>& outcomes) const;
  // Writes that a request is decided. An accepted one loses its body; a
  // synchronous one is written here for the first time.
  absl::Status PutDecided(storage::CommitView& view, const Request& request,
                          const Tally& tally) const;
  // Writes that a request cannot be decided from item `first` on, and tells
  // its sender. Its items are refused, and may come again.
  absl::Status PutFailed(storage::CommitView& view, const Request& request,
                         uint64_t first, const absl::Status& why,
                         absl::Time now) const;

  // Puts a callback into the outbox. Nothing where the method has none.
  absl::Status PutCallback(storage::CommitView& view, const Request& request,
                           absl::string_view address,
                           const dci::common::v1::MsgCallbackHeader& header,
                           const std::vector<stored::Outcome>& outcomes,
                           absl::Time now) const;

  // Completes pending items: outcome, counts, callbacks, and the items of
  // later messages that are the same. Items of one request that are completed
  // together leave in one callback.
  absl::Status Complete(storage::CommitView& view,
                        const std::vector<Completion>& completions,
                        absl::Time now) const;

  absl::StatusOr<stored::TransactionRow> Read(
      const storage::View& view, absl::string_view correlation_id) const;

 private:
  stored::TransactionRow RowOf(const Request& request) const;
  void PutByTransaction(storage::CommitView& view,
                        const stored::TransactionRow& row, uint64_t sequence,
                        absl::string_view id) const;
  // Null where nobody serves the method any more.
  std::shared_ptr<Request> Rebuild(const stored::TransactionRow& row,
                                   absl::string_view correlation_id) const;
  absl::Status CompleteRequest(storage::CommitView& view,
                               absl::string_view correlation_id,
                               const std::vector<stored::Outcome>& outcomes,
                               absl::Time now) const;

  const Spaces spaces_;
  const HandlerRegistry* const handlers_;
  const Outbox* const outbox_;
  const trust::ParticipantDirectory* const senders_;
  const wire::Codec* const codec_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TRANSACTIONS_H_
