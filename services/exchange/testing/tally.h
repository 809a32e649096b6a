// Handlers of the Tally domain.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_TESTING_TALLY_H_
#define CONVERGENCE_SERVICES_EXCHANGE_TESTING_TALLY_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/schema/model.h"
#include "services/storage/store.h"

namespace dci::exchange {

// The store's space of the counters.
inline constexpr char kTallySpace[] = "tally";

// By `how`: empty adds one to the counter; "claim" succeeds once a name;
// "later" leaves the item pending until it is settled, and sends a request that
// names it to the participant "bank"; "fault" fails. A name "bad" is refused by
// Validate.
class AddHandler : public ItemHandler {
 public:
  AddHandler(storage::Space space, const schema::Model* model)
      : space_(space), model_(model) {}

  absl::Status Validate(const ItemContext& context,
                        absl::string_view item) const override;
  void Keys(const ItemContext& context, absl::string_view item,
            std::vector<storage::Key>* keys) const override;
  absl::StatusOr<ItemOutcome> Apply(const ItemContext& context,
                                    absl::string_view item,
                                    storage::CommitView& view) const override;

  // How often "fault" still fails.
  mutable std::atomic<int> faults{1 << 30};

 private:
  const storage::Space space_;
  const schema::Model* const model_;
};

// A prefix "fault" fails; "secret" is refused; "logged" writes the row
// "read-log" before it is answered.
class ListHandler : public SearchHandler {
 public:
  explicit ListHandler(storage::Space space) : space_(space) {}
  absl::StatusOr<ItemOutcome> Search(
      const ItemContext& context, absl::string_view item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override;

 private:
  const storage::Space space_;
};

// Completes the items that "later" left pending under the names; a name "no"
// is refused.
class SettledHandler : public CallbackHandler {
 public:
  explicit SettledHandler(storage::Space space) : space_(space) {}
  void Keys(const ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override;
  absl::StatusOr<CallbackOutcome> Apply(
      const ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override;

 private:
  const storage::Space space_;
};

// Takes the answers to SyncAdd at another institution: adds the value of the
// first result, or 1 for a mere acknowledgement, to the counter that the
// request's handle names, and tells the bank of it. A handle "no" is refused.
class AnsweredHandler : public CallbackHandler {
 public:
  AnsweredHandler(storage::Space space, const schema::Model* model)
      : space_(space), model_(model) {}
  void Keys(const ItemContext& context, absl::string_view body,
            std::vector<storage::Key>* keys) const override {}
  absl::StatusOr<CallbackOutcome> Apply(
      const ItemContext& context, absl::string_view body,
      storage::CommitView& view) const override;

 private:
  const storage::Space space_;
  const schema::Model* const model_;
};

// The schema of the domain, and of what it uses.
std::unique_ptr<const schema::Model> TallyModel();

// The value of a counter; 0: it has never been added to.
int TallyOf(const storage::View& view, storage::Space space,
            absl::string_view name);

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_TESTING_TALLY_H_
