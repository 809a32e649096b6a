// Reads values out of a record's wire bytes by a walk along schema paths: no
// message object is made, and only what stands on the way is looked at.
#ifndef CONVERGENCE_SERVICES_REGISTRY_EXTRACT_H_
#define CONVERGENCE_SERVICES_REGISTRY_EXTRACT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/schema/message.h"

namespace dci::registry {

// Index entries that one record may have in one index; more refuse the record.
inline constexpr size_t kMaxTuples = 10000;

// Calls `visit` with each value at `path` as text (numbers as digits, enums
// as their wire name, booleans as true and false, JSON scalars without
// quotes, objects as ""), in the order of the record, until it returns true.
// Returns whether it did. Bytes that are no message end the walk.
bool VisitValues(const schema::Path& path, absl::string_view record,
                 absl::FunctionRef<bool(absl::string_view text)> visit);

// The first value at `path` as text, first elements of lists only.
std::optional<std::string> FirstText(const schema::Path& path,
                                     absl::string_view record);

// One normal form for each path.
using Tuple = std::vector<std::string>;

// The tuples of values that a composite of `paths` has in the record. Paths
// with a common repeated parent take their values from the same element of
// it; others combine freely. Values without a normal form are left out, and
// so is every tuple with a gap. RESOURCE_EXHAUSTED beyond kMaxTuples.
absl::StatusOr<std::vector<Tuple>> Tuples(absl::Span<const schema::Path> paths,
                                          absl::string_view record);

// True where a record may have more than one value at the path.
bool IsMultiValued(const schema::Path& path);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_EXTRACT_H_
