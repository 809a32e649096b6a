#include "services/exchange/item_decisions.h"

#include <optional>
#include <utility>

#include "services/base/status_macros.h"
#include "services/exchange/fingerprint.h"
#include "services/exchange/stored_rows.h"
#include "services/schema/reason.h"

namespace dci::exchange {
namespace {

using stored::ItemRow;
using stored::Outcome;
using stored::OutcomesRow;
using stored::PendingRow;

std::string KeyOf(const Request& request, const BatchItem& item) {
  return ItemKey(request.context.sender_id, request.plan->operation,
                 request.context.transaction_id, item.reference_id);
}

// One batch being decided.
class Batch {
 public:
  Batch(const Spaces& spaces, const Request& request, absl::Time now,
        storage::CommitView& view)
      : spaces_(spaces), request_(request), now_(now), view_(view) {}

  absl::StatusOr<Decision> Decide() {
    for (size_t i = 0; i < request_.items.size(); ++i) {
      ASSIGN_OR_RETURN(Outcome outcome, DecideItem(i));
      Count(outcome, &decision_.tally);
      decision_.outcomes.push_back(std::move(outcome));
    }
    return std::move(decision_);
  }

 private:
  absl::StatusOr<Outcome> DecideItem(size_t index) {
    const BatchItem& item = request_.items[index];
    if (!item.refusal.ok()) {
      return Refuse(item, item.refusal);
    }
    if (!HasKey(request_, item)) return ApplyItem(index);
    const std::string key = KeyOf(request_, item);
    ASSIGN_OR_RETURN(const std::optional<ItemRow> known,
                     FindRow<ItemRow>(view_, spaces_.items, key));
    if (known.has_value()) return RepeatItem(index, *known);
    ASSIGN_OR_RETURN(Outcome outcome, ApplyItem(index));
    ItemRow row;
    row.set_fingerprint(item.fingerprint);
    row.set_fingerprint_version(kFingerprintVersion);
    row.set_correlation_id(request_.context.correlation_id);
    row.set_index(static_cast<uint32_t>(index));
    view_.Put(spaces_.items, key, row.SerializeAsString());
    return outcome;
  }

  Outcome Refuse(const BatchItem& item, const absl::Status& refusal) {
    decision_.refusal.Update(refusal);
    return RefusedOutcome(refusal, request_.ReferenceOf(item), now_);
  }

  absl::StatusOr<Outcome> ApplyItem(size_t index) {
    const BatchItem& item = request_.items[index];
    absl::StatusOr<ItemOutcome> outcome = request_.plan->items->Apply(
        request_.ItemContextOf(index, now_), item.bytes, view_);
    if (!outcome.ok()) {
      if (IsFault(outcome.status())) return outcome.status();
      return Refuse(item, outcome.status());
    }
    for (Outgoing& message : outcome->messages) {
      decision_.messages.push_back(std::move(message));
    }
    return OutcomeOf(*outcome, request_.ReferenceOf(item), now_);
  }

  absl::StatusOr<Outcome> RepeatItem(size_t index, const ItemRow& known) {
    const BatchItem& item = request_.items[index];
    ++decision_.repeated;
    if (known.fingerprint_version() == kFingerprintVersion &&
        known.fingerprint() != item.fingerprint) {
      return Refuse(
          item, schema::Refusal(dci::common::v1::REASON_REFERENCE_ID_DUPLICATE,
                                "reference_id was used with other content"));
    }
    const std::string key = PendingKey(known.correlation_id(), known.index());
    ASSIGN_OR_RETURN(std::optional<PendingRow> pending,
                     FindRow<PendingRow>(view_, spaces_.transactions, key));
    if (!pending.has_value()) return FirstOutcome(known);
    if (!pending->completed()) {
      // Whoever completes the item completes this one too.
      pending->add_watchers(
          ItemHandle{request_.context.correlation_id, index}.ToText());
      view_.Put(spaces_.transactions, key, pending->SerializeAsString());
    }
    return pending->outcome();
  }

  // Repetitions are of a batch more often than of an item: its row is read
  // once.
  absl::StatusOr<Outcome> FirstOutcome(const ItemRow& known) {
    OutcomesRow& row = earlier_[known.correlation_id()];
    if (row.outcomes().empty()) {
      ASSIGN_OR_RETURN(
          row, ReadRow<OutcomesRow>(view_, spaces_.transactions,
                                    OutcomesKey(known.correlation_id(), 0)));
    }
    if (known.index() >= static_cast<uint32_t>(row.outcomes_size())) {
      return absl::InternalError("an outcome is missing");
    }
    return row.outcomes(static_cast<int>(known.index()));
  }

  const Spaces& spaces_;
  const Request& request_;
  const absl::Time now_;
  storage::CommitView& view_;
  Decision decision_;
  absl::flat_hash_map<std::string, OutcomesRow> earlier_;
};

}  // namespace

void AddItemKeys(const Spaces& spaces, const Request& request, absl::Time now,
                 std::vector<storage::Key>* keys) {
  for (size_t i = 0; i < request.items.size(); ++i) {
    const BatchItem& item = request.items[i];
    if (!item.refusal.ok()) continue;
    if (HasKey(request, item)) {
      keys->push_back({spaces.items, KeyOf(request, item)});
    }
    request.plan->items->Keys(request.ItemContextOf(i, now), item.bytes, keys);
  }
}

absl::StatusOr<Decision> DecideItems(const Spaces& spaces,
                                     const Request& request, absl::Time now,
                                     storage::CommitView& view) {
  return Batch(spaces, request, now, view).Decide();
}

}  // namespace dci::exchange
