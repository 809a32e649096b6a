// Whether records stored under one schema can be read under another.
#ifndef CONVERGENCE_SERVICES_SCHEMA_COMPAT_H_
#define CONVERGENCE_SERVICES_SCHEMA_COMPAT_H_

#include <string>
#include <vector>

#include "services/schema/model.h"

namespace dci::schema {

// What makes records stored under `stored` unreadable, unfindable or wrong
// under `now`: a sentence for each, with full names, in the order of the
// stored schema. Empty: `now` may open the store.
//
// Looked at are the records of `stored` and all they consist of. Allowed are
// new fields, new messages, new codes, a field's new name (wire bytes carry
// numbers) unless a path of the layout names it, a removed field whose number
// is reserved (its values are skipped), new, changed and dropped indexes (built
// and deleted by a pass: the rows of an index are stored under an id of its
// definition, not under its name), and new aliases.
//
// Not allowed: a record or a field that is gone without a reservation; a
// number that means another type, or one value instead of a list; a value of a
// closed vocabulary that is gone or has another text; and another primary key.
std::vector<std::string> Incompatibilities(const Model& stored,
                                           const Model& now);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_COMPAT_H_
