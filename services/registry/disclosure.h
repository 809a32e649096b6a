// The disclosure log: who was given which records, written before they leave.
//
//   ASSIGN_OR_RETURN(outcome.record,
//                    log->Prepare(DisclosureOf(context), *page.type->message,
//                                 records, snapshot));
//
// One row for each answer with records, in the commit that the answer waits
// for; one link of a hash chain for each group of commits. Persons stand in it
// by pseudonyms that lie in a table of their own: deleting one there makes its
// rows nobody's and leaves the chain whole (docs/adr).
#ifndef CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_H_
#define CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/exchange/handler.h"
#include "services/registry/disclosure_layout.h"
#include "services/schema/model.h"
#include "services/storage/store.h"
#include "services/trust/keyed_hash.h"

namespace dci::registry {

// Who is given an answer, and on what ground.
struct DisclosureContext {
  std::string receiver_id;  // the participant's sender_id
  std::string operation;    // full name of the method
  std::string transaction_id, reference_id;
  std::string message_id;  // of the request, or of the notification itself
  std::string purpose, consent_id;
  absl::Time now;
};
// As an item says; without purpose and consent.
DisclosureContext DisclosureOf(const exchange::ItemContext& context);

// A record as it leaves: cut to what its receiver may see.
struct DisclosedRecord {
  absl::string_view primary_key;
  absl::string_view bytes;
};

// Thread-safe.
class DisclosureLog {
 public:
  // Spaces that the store must have been opened with.
  static std::vector<std::string> SpaceNames();

  // `key` names persons, 32 bytes or more; empty: one that the store keeps,
  // made by the first opening. The store outlives this and is sealed from now
  // on; one log a store. INVALID_ARGUMENT for a short key, NOT_FOUND without
  // the spaces. Blocks on the store.
  static absl::StatusOr<std::unique_ptr<DisclosureLog>> Open(
      storage::Store* store, absl::string_view key = "");

  using Write = std::function<absl::Status(storage::CommitView&)>;
  // Makes the function that writes the row of one answer; empty where there
  // are no records. It is called within the commit that the answer waits for,
  // at most once. Nothing of the arguments is kept.
  //
  // `snapshot` only saves reading in the serial stage, and may be any.
  absl::StatusOr<Write> Prepare(const DisclosureContext& context,
                                const schema::Message& message,
                                absl::Span<const DisclosedRecord> records,
                                const storage::Snapshot& snapshot) const;

  // Makes rows found by person, `max_rows` of them; true where there are more.
  absl::StatusOr<bool> ExecuteIndexPass(int max_rows = 1000);

  storage::Store& store() const { return *store_; }
  const DisclosureSpaces& spaces() const { return spaces_; }
  // The name of RecordName or IdentifierName as the table of persons has it.
  std::string KeyedName(absl::string_view name) const {
    return names_.Of(name);
  }
  // Rows prepared since opening, for metrics.
  uint64_t prepared() const { return prepared_.load(); }

 private:
  DisclosureLog(storage::Store* store, DisclosureSpaces spaces,
                absl::string_view key)
      : store_(store), spaces_(spaces), names_(key) {}

  storage::Store* const store_;
  const DisclosureSpaces spaces_;
  const trust::KeyedHash names_;
  mutable std::atomic<uint64_t> prepared_{0};
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_DISCLOSURE_H_
