// Transaction status: what became of an earlier request. One handler for every
// service that has the operation.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TXN_STATUS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TXN_STATUS_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/layout.h"
#include "services/exchange/stored.pb.h"
#include "services/exchange/transactions.h"
#include "services/storage/store.h"
#include "services/wire/codec.h"

namespace dci::exchange {

// Serves methods whose item has txn_type, attribute_type and attribute_value,
// and whose answer's item has txn_type and a union over the bodies of the
// callbacks (DCI registry core 1.0.0, TxnStatusRequest; G2P Connect 1.0.0,
// mapper and disburse).
//
// Asked by transaction_id, the latest request of that transaction and type is
// answered; by correlation_id, that request; by reference_id_list, these items
// of the latest request that has them; by subscription_code_list, the items of
// the latest request that made these subscriptions or, where txn_type says so,
// ended them. Items that are not decided are `rcvd`,
// those left open `pdng`. Only requests of the sender itself are found;
// anything else is REASON_REQUEST_NOT_FOUND. A search in several pages is
// answered with the first page of each item.
class TxnStatusHandler : public SearchHandler {
 public:
  // The handle of the item that made a subscription of the sender or, with
  // `ended`, of the one that ended it; nothing where there is none such.
  using CodeLookup = std::function<absl::StatusOr<std::optional<std::string>>(
      const storage::Snapshot& snapshot, absl::string_view sender_id,
      absl::string_view code, bool ended)>;

  // All outlive this; `handlers` may be filled later, also with this one.
  // `codes` is for services that have subscriptions. NOT_FOUND where the store
  // lacks a space.
  static absl::StatusOr<std::shared_ptr<const TxnStatusHandler>> Create(
      const storage::Store& store, const HandlerRegistry* handlers,
      const trust::ParticipantDirectory* senders, const wire::Codec* codec,
      CodeLookup codes = nullptr);

  absl::StatusOr<ItemOutcome> Search(
      const ItemContext& context, absl::string_view item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override;

 private:
  TxnStatusHandler(const Spaces& spaces, const HandlerRegistry* handlers,
                   const trust::ParticipantDirectory* senders,
                   const wire::Codec* codec, CodeLookup codes)
      : spaces_(spaces),
        outbox_(spaces.outbox, IdSource::Random()),
        transactions_(spaces, handlers, &outbox_, senders, codec),
        handlers_(handlers),
        codec_(codec),
        codes_(std::move(codes)) {}

  struct Question;
  struct Subject {
    std::string correlation_id;
    stored::TransactionRow row;
    const MethodPlan* plan = nullptr;
    // Places of the items that are meant; empty: by what else the question
    // says.
    std::set<uint64_t> only;
  };

  // Reads the item of the request.
  absl::StatusOr<Question> Read(const ItemContext& context,
                                absl::string_view item) const;
  absl::StatusOr<Subject> FindSubject(const Question& question,
                                      const storage::Snapshot& snapshot) const;
  absl::StatusOr<Subject> FindByTransaction(
      const Question& question, const storage::Snapshot& snapshot) const;
  absl::StatusOr<Subject> FindByReference(
      const Question& question, const storage::Snapshot& snapshot) const;
  absl::StatusOr<Subject> FindByCode(const Question& question,
                                     const storage::Snapshot& snapshot) const;
  // The request, if it is the sender's and of the type asked for.
  absl::StatusOr<std::optional<Subject>> Load(
      const Question& question, const storage::Snapshot& snapshot,
      absl::string_view correlation_id) const;
  absl::StatusOr<std::vector<stored::Outcome>> Outcomes(
      const Subject& subject, const storage::Snapshot& snapshot) const;
  absl::StatusOr<std::string> Write(const ItemContext& context,
                                    const Subject& subject,
                                    absl::string_view body) const;

  const Spaces spaces_;
  const Outbox outbox_;
  const Transactions transactions_;
  const HandlerRegistry* const handlers_;
  const wire::Codec* const codec_;
  const CodeLookup codes_;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TXN_STATUS_H_
