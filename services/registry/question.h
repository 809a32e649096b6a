// Questions: operations that are no search and ask about somebody, with a
// query of a few equalities. Is she enrolled, is he registered as disabled?
#ifndef CONVERGENCE_SERVICES_REGISTRY_QUESTION_H_
#define CONVERGENCE_SERVICES_REGISTRY_QUESTION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/exchange/handler.h"
#include "services/registry/disclosure.h"
#include "services/registry/permit.h"
#include "services/registry/registry.h"
#include "services/storage/store.h"

namespace dci::registry {

// One equality: the attribute as the question names it, and the value's text.
struct Asked {
  std::string attribute;
  std::string value;
};

// Reads a query in any of its published forms: {"a":{"eq":"1"}}, also with
// several attributes, with "$eq" or the bare value; one {"attribute_name",
// "operator","attribute_value"}; a list of these. Objects without operator are
// steps of a path, as in a NoSQL query.
//
// A refusal with rjct.search_criteria.invalid where there is no equality, and
// for anything but equalities of single values: a yes or no to ranges would
// disclose what only a search may.
absl::StatusOr<std::vector<Asked>> ParseQuestion(absl::string_view json);

// What a question found.
struct Answered {
  const RecordType* type = nullptr;
  std::shared_ptr<const void> keep;  // holds `type`
  // Whole, for the answer to be decided by.
  std::vector<PageRecord> records;
  // What of them may be told.
  Permit permit;
};

// Most records that a question looks at.
inline constexpr int kMaxAnswered = 1000;

// The records of a type, by its text, of which each of `all` holds; each is a
// list of equalities of which one must. Errors as Registry::Search; a refusal
// where the policy for the sender wants a consent or a purpose, for a question
// carries none.
absl::StatusOr<Answered> Ask(const Registry& registry,
                             const exchange::ItemContext& context,
                             absl::string_view type,
                             absl::Span<const std::vector<Asked>> all,
                             const storage::Snapshot& snapshot);

// What writes down who was told of `records`, each cut to what was told; to
// be put into ItemOutcome::record. Empty where the registry keeps no log.
absl::StatusOr<DisclosureLog::Write> WriteDown(
    const Registry& registry, const exchange::ItemContext& context,
    const Answered& answered, absl::Span<const DisclosedRecord> records,
    const storage::Snapshot& snapshot);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_QUESTION_H_
