// Changes single fields of a record's wire bytes, and leaves all else of it as
// it stands.
#ifndef CONVERGENCE_SERVICES_REGISTRY_RECORD_EDIT_H_
#define CONVERGENCE_SERVICES_REGISTRY_RECORD_EDIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/schema/message.h"

namespace dci::registry {

// Numbers of fields from a message down; all but the last are single objects.
using FieldNumbers = std::vector<int32_t>;

FieldNumbers NumbersOf(const schema::Path& path);

// All occurrences of the field, tags and values, in order; "" where there are
// none.
std::string FieldBytes(absl::Span<const int32_t> path,
                       absl::string_view record);

// The record with these occurrences in place of those it has; "" takes the
// field away. Objects on the way are made where they are missing, and taken
// away where nothing is left in them. What is put in stands before the fields
// of greater numbers.
std::string WithField(absl::Span<const int32_t> path, absl::string_view record,
                      absl::string_view occurrences);

// The values of length-delimited occurrences, one by one.
std::vector<std::string> ValuesIn(absl::string_view occurrences);
// One occurrence of a length-delimited field.
std::string Occurrence(int32_t number, absl::string_view value);

// The values at `from` in `record`, over all elements of lists on the way, as
// occurrences of the field `to`, which is of the same kind: all of them where
// it is a list, otherwise the first.
std::string Carried(const schema::Path& from, absl::string_view record,
                    const schema::Field& to);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_RECORD_EDIT_H_
