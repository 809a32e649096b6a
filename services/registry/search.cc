#include "services/registry/search.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/matches.h"
#include "services/registry/page_request.h"
#include "services/registry/plan.h"
#include "services/registry/sort_order.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

using state::Cursor;

absl::Status TooMany(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_SEARCH_TOO_MANY_RECORDS_FOUND,
                         text);
}

// A match and its place in the order.
struct Found {
  std::string order;
  std::string key;
};

// The search of one target.
class Search {
 public:
  Search(const Target& target, const Spaces& spaces,
         const storage::Snapshot& snapshot, const SearchOptions& options,
         const PageRequest& request)
      : target_(target),
        options_(options),
        request_(request),
        budget_(options.max_examined),
        scope_{target.type, &target.query, &spaces, &snapshot, &budget_} {}

  absl::StatusOr<SearchPage> Run() {
    ASSIGN_OR_RETURN(plan_, MakePlan(target_.query, *target_.type,
                                     *scope_.spaces, *scope_.snapshot));
    page_.type = target_.type;
    page_.page_size = request_.size;
    page_.note = target_.note;
    page_.plan = plan_.Explain();
    RETURN_IF_ERROR(request_.cursor.has_value() ? GoOn(*request_.cursor)
                                                : Start());
    page_.examined = budget_.spent();
    return std::move(page_);
  }

  // After Run, where there is a page after this one.
  const std::optional<Cursor>& next() const { return next_; }

 private:
  size_t first_wanted() const {
    return static_cast<size_t>(request_.number - 1) * request_.size;
  }
  bool sorted() const { return !target_.sort.empty(); }

  // The first page, or a numbered one.
  absl::Status Start() {
    page_.page_number = request_.number;
    if (!sorted() && plan_.drive != Plan::Drive::kRange) {
      Cursor cursor;
      cursor.set_order(Cursor::ORDER_KEY);
      return CountStream(std::move(cursor));
    }
    const uint64_t most = std::min(options_.max_matches, kMaxSorted);
    ASSIGN_OR_RETURN(std::optional<std::vector<Found>> all, CollectAll(most));
    if (all.has_value()) return CountSorted(*std::move(all));
    if (options_.max_matches <= kMaxSorted) return MoreThan(most);
    ASSIGN_OR_RETURN(Cursor cursor, IndexCursor());
    return CountStream(std::move(cursor));
  }

  absl::Status MoreThan(uint64_t most) const {
    return TooMany(absl::StrCat("more than ", most,
                                " records match: narrow the search or search "
                                "asynchronously"));
  }

  // An order that needs no memory: the one index the request sorts by, or
  // the range that drives.
  absl::StatusOr<Cursor> IndexCursor() const {
    Cursor cursor;
    cursor.set_order(Cursor::ORDER_INDEX);
    if (!sorted()) {
      cursor.set_index_id(plan_.access->index->id);
      return cursor;
    }
    const SortKey& key = target_.sort.front();
    const IndexInfo* index =
        target_.sort.size() == 1 && key.attribute.identifiers == nullptr
            ? target_.type->FindRangeIndex(key.attribute.path)
            : nullptr;
    if (index == nullptr)
      return TooMany(absl::StrCat(
          "more than ", kMaxSorted,
          " records match: they can be sorted by one attribute with a range "
          "index only"));
    cursor.set_index_id(index->id);
    cursor.set_descending(key.descending);
    return cursor;
  }

  absl::StatusOr<std::unique_ptr<MatchStream>> OpenStream(
      const Cursor& cursor) const {
    if (cursor.order() == Cursor::ORDER_KEY)
      return MatchesByKey(scope_, plan_, cursor.position());
    IndexOrder order;
    for (const IndexInfo& index : target_.type->indexes)
      if (index.id == cursor.index_id() && index.ready) order.index = &index;
    if (order.index == nullptr)
      return schema::Refusal(common::v1::REASON_PAGINATION_INVALID,
                             "cursor is no longer valid: search anew");
    order.descending = cursor.descending();
    if (plan_.drive == Plan::Drive::kRange &&
        plan_.access->index == order.index) {
      order.begin = plan_.access->begin;
      order.end = plan_.access->end;
    }
    return MatchesByIndex(scope_, plan_, order, cursor.position());
  }

  // Counts a stream to its end and keeps the page that is wanted of it.
  absl::Status CountStream(Cursor cursor) {
    ASSIGN_OR_RETURN(std::unique_ptr<MatchStream> matches, OpenStream(cursor));
    const size_t first = first_wanted();
    const size_t end = first + request_.size;
    uint64_t count = 0;
    for (; matches->Valid(); matches->Next(), ++count) {
      if (count >= options_.max_matches) return MoreThan(options_.max_matches);
      if (count < first || count >= end) continue;
      page_.primary_keys.emplace_back(matches->primary_key());
      if (count + 1 == end) cursor.set_position(matches->position());
    }
    RETURN_IF_ERROR(matches->status());
    page_.total = count;
    if (count > end) SetNext(std::move(cursor));
    return absl::OkStatus();
  }

  // Every match with its sort bytes; nothing where there are more than `most`.
  absl::StatusOr<std::optional<std::vector<Found>>> CollectAll(uint64_t most) {
    std::unique_ptr<MatchStream> matches;
    if (plan_.drive == Plan::Drive::kRange) {
      const IndexOrder range{plan_.access->index, plan_.access->begin,
                             plan_.access->end};
      ASSIGN_OR_RETURN(matches, MatchesByIndex(scope_, plan_, range, ""));
    } else {
      ASSIGN_OR_RETURN(matches, MatchesByKey(scope_, plan_, ""));
    }
    std::vector<Found> all;
    for (; matches->Valid(); matches->Next()) {
      if (all.size() >= most) return std::nullopt;
      Found found;
      found.key = std::string(matches->primary_key());
      if (sorted()) {
        RETURN_IF_ERROR(
            WithRecord(scope_, found.key, [&](absl::string_view record) {
              found.order = SortBytes(target_.sort, record);
            }).status());
      }
      found.order += found.key;
      all.push_back(std::move(found));
    }
    RETURN_IF_ERROR(matches->status());
    std::sort(all.begin(), all.end(),
              [](const Found& a, const Found& b) { return a.order < b.order; });
    return all;
  }

  absl::Status CountSorted(std::vector<Found> all) {
    page_.total = all.size();
    TakeSorted(all, std::min(first_wanted(), all.size()));
    return absl::OkStatus();
  }

  void TakeSorted(std::vector<Found>& all, size_t first) {
    const size_t end =
        std::min(all.size(), first + static_cast<size_t>(request_.size));
    for (size_t i = first; i < end; ++i)
      page_.primary_keys.push_back(std::move(all[i].key));
    if (end == all.size()) return;
    Cursor cursor;
    cursor.set_order(Cursor::ORDER_SORTED);
    cursor.set_position(all[end - 1].order);
    SetNext(std::move(cursor));
  }

  // The page after a cursor; nothing is counted again.
  absl::Status GoOn(const Cursor& cursor) {
    if (cursor.has_page_number()) page_.page_number = cursor.page_number();
    if (cursor.has_total()) page_.total = cursor.total();
    if (cursor.order() == Cursor::ORDER_SORTED) return GoOnSorted(cursor);
    ASSIGN_OR_RETURN(std::unique_ptr<MatchStream> matches, OpenStream(cursor));
    Cursor next = cursor;
    for (; matches->Valid(); matches->Next()) {
      if (static_cast<int>(page_.primary_keys.size()) == request_.size) {
        SetNext(std::move(next));
        break;
      }
      page_.primary_keys.emplace_back(matches->primary_key());
      next.set_position(matches->position());
    }
    return matches->status();
  }

  absl::Status GoOnSorted(const Cursor& cursor) {
    ASSIGN_OR_RETURN(std::optional<std::vector<Found>> all,
                     CollectAll(kMaxSorted));
    if (!all.has_value()) return MoreThan(kMaxSorted);
    const auto after =
        std::upper_bound(all->begin(), all->end(), cursor.position(),
                         [](const std::string& position, const Found& found) {
                           return position < found.order;
                         });
    TakeSorted(*all, after - all->begin());
    return absl::OkStatus();
  }

  void SetNext(Cursor cursor) {
    cursor.set_type_id(target_.type->id);
    cursor.clear_page_number();
    cursor.clear_total();
    // The caller's own cursors go on without a count.
    if (options_.all_pages && page_.page_number.has_value()) {
      cursor.set_page_number(*page_.page_number + 1);
      cursor.set_total(page_.total.value_or(0));
    }
    next_ = std::move(cursor);
  }

  const Target& target_;
  const SearchOptions& options_;
  const PageRequest& request_;
  Budget budget_;
  const SearchScope scope_;
  Plan plan_;
  SearchPage page_;
  std::optional<Cursor> next_;
};

// The targets that a request may mean: all, or the one its cursor is of.
absl::StatusOr<std::vector<Target>> Targets(const Catalog& catalog,
                                            const NamedQueries& named,
                                            const v1::SearchCriteria& criteria,
                                            const SearchOptions& options,
                                            const PageRequest& request) {
  ASSIGN_OR_RETURN(std::vector<Target> targets,
                   ParseCriteria(catalog, named, criteria));
  if (options.narrow) RETURN_IF_ERROR(options.narrow(&targets));
  if (!request.cursor.has_value()) return targets;
  for (Target& target : targets) {
    if (target.type->id != request.cursor->type_id()) continue;
    std::vector<Target> one;
    one.push_back(std::move(target));
    return one;
  }
  return schema::Refusal(common::v1::REASON_PAGINATION_INVALID,
                         "cursor is none of this registry");
}

}  // namespace

absl::StatusOr<SearchPage> FindPage(
    const Catalog& catalog, const Spaces& spaces, const NamedQueries& named,
    const v1::SearchCriteria& criteria, const storage::Snapshot& snapshot,
    const SearchOptions& options, absl::string_view continuation) {
  ASSIGN_OR_RETURN(const PageRequest request,
                   ReadPageRequest(criteria, *catalog.cursors,
                                   options.max_page_size, continuation));
  ASSIGN_OR_RETURN(const std::vector<Target> targets,
                   Targets(catalog, named, criteria, options, request));
  SearchPage page;
  for (const Target& target : targets) {
    Search search(target, spaces, snapshot, options, request);
    ASSIGN_OR_RETURN(SearchPage found, search.Run());
    const bool empty = found.total == 0;
    if (page.type == nullptr || !empty) {
      page = std::move(found);
      if (search.next().has_value())
        page.next = WriteCursor(criteria, *catalog.cursors, *search.next());
    }
    if (!empty) break;
  }
  return page;
}

}  // namespace dci::registry
