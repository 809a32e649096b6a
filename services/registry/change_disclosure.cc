#include "services/registry/change_disclosure.h"

#include "absl/strings/str_cat.h"

namespace dci::registry {

absl::StatusOr<DisclosureLog::Write> WriteDownChange(
    const Registry& registry, const ChangeTold& told,
    const state::Change& change, uint64_t sequence, absl::Time now,
    const storage::Snapshot& snapshot) {
  const DisclosureLog* log = registry.read_rules().log;
  const auto catalog = registry.catalog();
  const RecordType* type = catalog->FindById(change.type_id());
  if (log == nullptr || type == nullptr) return DisclosureLog::Write();
  DisclosureContext context;
  context.receiver_id = told.receiver_id;
  context.operation = told.operation;
  context.transaction_id = told.message_id;
  context.message_id = told.message_id;
  context.reference_id = absl::StrCat(sequence);
  context.now = now;
  const DisclosedRecord record{change.primary_key(), change.has_after()
                                                         ? change.after()
                                                         : change.before()};
  return log->Prepare(context, *type->message, {&record, 1}, snapshot);
}

}  // namespace dci::registry
