// Executes searches: counts, orders, gives pages.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SEARCH_H_
#define CONVERGENCE_SERVICES_REGISTRY_SEARCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "dci/registry/v1/search.pb.h"
#include "services/registry/budget.h"
#include "services/registry/criteria.h"
#include "services/registry/layout.h"
#include "services/registry/named_query.h"
#include "services/registry/record_type.h"
#include "services/storage/store.h"

namespace dci::registry {

// Matches that a search sorts in memory, at most.
inline constexpr uint64_t kMaxSorted = 10000;

struct SearchOptions {
  // Exact count up to here; more are refused with
  // rjct.search.too_many_records_found. The standard's pagination has to say
  // how many there are, and counting must not take a server's time for ever.
  uint64_t max_matches = 10000;
  // Index rows and records looked at, at most; bounds what a search without
  // a useful index costs. At some microseconds each: under a second.
  uint64_t max_examined = 200000;
  int max_page_size = 1000;
  // Leaves those of the query's targets that may be searched, and changes
  // them, before anything is looked up; its errors are the search's. Empty:
  // all as they are.
  std::function<absl::Status(std::vector<Target>*)> narrow;
  // Counts whatever there is, and gives a continuation for every page to come
  // with numbers and count: asynchronous and streamed searches.
  bool all_pages = false;

  static SearchOptions AllPages() {
    SearchOptions options;
    options.max_matches = kUnbounded;
    options.max_examined = kUnbounded;
    options.all_pages = true;
    return options;
  }
};

// One page of an answer.
struct SearchPage {
  // Of a catalog that must outlive the page; `keep` may hold it.
  const RecordType* type = nullptr;
  std::shared_ptr<const void> keep;
  std::vector<std::string> primary_keys;
  int page_size = 0;
  // Absent on pages reached by a cursor of the caller.
  std::optional<int> page_number;
  std::optional<uint64_t> total;
  // Where the page after this one begins; empty on the last one. For the
  // caller as pagination.cursor, or for `continuation` below.
  std::string next;
  // What of the request was passed over; may be empty.
  std::string note;
  // How it was found, and at what cost; for tests and logs.
  std::string plan;
  uint64_t examined = 0;
};

// Finds a page. `continuation` is `next` of the page before, or empty; it
// takes the place of the request's own page_number and cursor. A page number
// beyond the end gives an empty page with the right count.
//
// Pages are stable under later writes: with cursors and continuations none is
// given twice and none left out that was there throughout; with page numbers
// what is inserted before shifts the rest, as it does everywhere.
//
// Errors: those of ParseCriteria; refusals with rjct.pagination.invalid (size
// or number out of bounds, a cursor that is not one, or of another search)
// and rjct.search.too_many_records_found; UNAVAILABLE and INTERNAL of the
// store.
absl::StatusOr<SearchPage> FindPage(
    const Catalog& catalog, const Spaces& spaces, const NamedQueries& named,
    const v1::SearchCriteria& criteria, const storage::Snapshot& snapshot,
    const SearchOptions& options, absl::string_view continuation = "");

// A record of a page, wire bytes.
struct PageRecord {
  std::string primary_key;
  std::string bytes;
};

// The records of a page as they stand in the store; those that are gone from
// it are left out.
absl::StatusOr<std::vector<PageRecord>> FetchPage(
    const SearchPage& page, const Spaces& spaces,
    const storage::Snapshot& snapshot);

// Wire bytes of the fields `data` and `pagination` of a SearchResponseItem
// with these records.
std::string RenderPage(const SearchPage& page, const Catalog& catalog,
                       absl::Span<const PageRecord> records);

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SEARCH_H_
