// What a rule does to the own records, and how that is undone.
#ifndef CONVERGENCE_SERVICES_REGISTRY_REACTION_EFFECTS_H_
#define CONVERGENCE_SERVICES_REGISTRY_REACTION_EFFECTS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/registry/reaction_rule.h"
#include "services/registry/reaction_state.pb.h"
#include "services/registry/record_edits.h"

namespace dci::registry {

// Does what the rule says for a notified record. FAILED_PRECONDITION with what
// the operator must know, and no values, where it cannot be done as things
// are; then nothing is edited. Errors of the store.
absl::StatusOr<state::RecordEffect> Do(const ReactionRule& rule,
                                       absl::string_view notified,
                                       RecordEdits* edits);

// The same for a newer state of a record whose effect is `old`, where that
// needs no undoing: an element or a record that the rule has made is written
// anew, and what others have added to it stays. Nothing where it is not so.
absl::StatusOr<std::optional<state::RecordEffect>> DoInPlace(
    const ReactionRule& rule, const state::RecordEffect& old,
    absl::string_view notified, RecordEdits* edits);

// Undoes it. What others have changed since stays: a field is given its value
// of before only while it has the one that the rule wrote, an element that was
// put in is taken out, and one that was taken out is put back unless it is
// there again.
absl::Status Undo(const ReactionRule& rule, const state::RecordEffect& effect,
                  RecordEdits* edits);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_REACTION_EFFECTS_H_
