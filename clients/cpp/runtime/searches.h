// The usual searches, so that a caller need not know every field.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_SEARCHES_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_SEARCHES_H_

#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "dci/registry/v1/search.pb.h"
#include "services/base/clock.h"
#include "services/base/ids.h"

namespace dci::client {

// A search of one item for records of that type ("Group"), with new ids, the
// present time and pages of 100: all but the query.
dci::registry::v1::SearchRequest NewSearch(absl::string_view record_type,
                                           IdSource* ids = IdSource::Random(),
                                           Clock* clock = Clock::Real());

// Has every item ask for the record with this identifier.
void AskForIdentifier(absl::string_view type, absl::string_view value,
                      dci::registry::v1::SearchRequest* request);

// Appends the records of a page that are of this type; others, and those that
// cannot be read, are left out.
template <typename Record>
void AppendRecords(const dci::registry::v1::SearchResponseItem& page,
                   std::vector<Record>* records) {
  for (const auto& any : page.data().reg_records()) {
    Record record;
    if (any.UnpackTo(&record)) records->push_back(std::move(record));
  }
}

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_SEARCHES_H_
