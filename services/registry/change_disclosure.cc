#include "services/registry/change_disclosure.h"

#include <optional>

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
  const std::optional<std::string> record = told.permit.Tell(
      *type, change.has_after() ? change.after() : change.before());
  if (!record.has_value()) return DisclosureLog::Write();
  DisclosureContext context;
  context.receiver_id = told.receiver_id;
  context.operation = told.operation;
  context.transaction_id = told.message_id;
  context.message_id = told.message_id;
  context.reference_id = absl::StrCat(sequence);
  context.now = now;
  context.purpose = told.permit.purpose();
  context.consent_id = told.permit.consent_id();
  const DisclosedRecord disclosed{change.primary_key(), *record};
  return log->Prepare(context, *type->message, {&disclosed, 1}, snapshot);
}

}  // namespace dci::registry
