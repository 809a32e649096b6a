#include "services/registry/plan.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/index_row.h"

namespace dci::registry {
namespace {

// Values of one `in` read side by side; more are collected.
constexpr size_t kMaxCursors = 16;
// Collecting a range costs about a tenth of reading as many records, but has
// to be done to its end: it pays up to a few times as many rows as the other
// postings have.
constexpr uint64_t kRangeFactor = 4;

bool IsRange(const Access& access) {
  return access.kind == Access::Kind::kRange;
}

bool CanCollect(const Access& access) {
  return access.estimate <= kMaxCollected;
}

// Leaves out of an intersection the ranges that do not pay. False where
// nothing that can be read as sorted keys is left.
bool Prune(Access* access) {
  if (access->kind == Access::Kind::kValues) return true;
  if (IsRange(*access)) return CanCollect(*access);
  if (access->kind == Access::Kind::kOr) {
    for (Access& child : access->children) {
      if (!Prune(&child)) return false;
      access->exact = access->exact && child.exact;
    }
    return true;
  }
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (const Access& child : access->children)
    if (!IsRange(child) || CanCollect(child))
      least = std::min(least, child.estimate);
  std::vector<Access> kept;
  for (Access& child : access->children) {
    const bool pays = !IsRange(child) || child.estimate / kRangeFactor <= least;
    const bool usable = pays && Prune(&child);
    access->exact = access->exact && usable && child.exact;
    if (usable) kept.push_back(std::move(child));
  }
  access->children = std::move(kept);
  return !access->children.empty();
}

// The smallest range of a query that gives no sorted keys; null where the
// ranges are within an `or`.
const Access* SmallestRange(const Access& access) {
  if (IsRange(access)) return &access;
  if (access.kind != Access::Kind::kAnd) return nullptr;
  const Access* best = nullptr;
  for (const Access& child : access.children)
    if (IsRange(child) && (best == nullptr || child.estimate < best->estimate))
      best = &child;
  return best;
}

class Opener {
 public:
  Opener(const Spaces& spaces, const storage::Snapshot& snapshot,
         Budget* budget)
      : spaces_(spaces), snapshot_(snapshot), budget_(budget) {}

  absl::StatusOr<std::unique_ptr<Postings>> Open(const Access& access) const {
    if (access.kind == Access::Kind::kRange)
      return Collect(*access.index, {{access.begin, access.end}});
    if (access.kind == Access::Kind::kValues) return OpenValues(access);
    std::vector<std::unique_ptr<Postings>> children;
    for (const Access& child : access.children) {
      ASSIGN_OR_RETURN(std::unique_ptr<Postings> postings, Open(child));
      children.push_back(std::move(postings));
    }
    return access.kind == Access::Kind::kAnd ? Intersection(std::move(children))
                                             : Union(std::move(children));
  }

 private:
  absl::StatusOr<std::unique_ptr<Postings>> OpenValues(
      const Access& access) const {
    if (access.index->unique()) return ReadUnique(access);
    std::vector<std::unique_ptr<Postings>> lists;
    if (access.prefixes.size() <= kMaxCursors) {
      for (const std::string& prefix : access.prefixes)
        lists.push_back(
            PrefixPostings(snapshot_, spaces_.index, prefix, budget_));
      return Union(std::move(lists));
    }
    std::vector<std::pair<std::string, std::string>> ranges;
    for (const std::string& prefix : access.prefixes)
      ranges.emplace_back(prefix, PrefixEnd(prefix));
    return Collect(*access.index, ranges);
  }

  absl::StatusOr<std::unique_ptr<Postings>> ReadUnique(
      const Access& access) const {
    ASSIGN_OR_RETURN(
        std::vector<std::optional<std::string>> found,
        snapshot_.MultiGet(spaces_.index, std::vector<absl::string_view>(
                                              access.prefixes.begin(),
                                              access.prefixes.end())));
    std::vector<std::string> keys;
    for (std::optional<std::string>& key : found) {
      budget_->Spend();
      if (key.has_value()) keys.push_back(*std::move(key));
    }
    return Sorted(std::move(keys));
  }

  absl::StatusOr<std::unique_ptr<Postings>> Collect(
      const IndexInfo& index,
      const std::vector<std::pair<std::string, std::string>>& ranges) const {
    std::vector<std::string> keys;
    for (const auto& [begin, end] : ranges) {
      if (begin >= end) continue;
      auto cursor = snapshot_.Scan({spaces_.index, begin, end});
      for (; cursor->Valid() && budget_->Spend(); cursor->Next())
        keys.emplace_back(KeyInRow(index, cursor->key(), cursor->value()));
      RETURN_IF_ERROR(cursor->status());
    }
    return Sorted(std::move(keys));
  }

  static std::unique_ptr<Postings> Sorted(std::vector<std::string> keys) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return ListPostings(std::move(keys));
  }

  const Spaces& spaces_;
  const storage::Snapshot& snapshot_;
  Budget* const budget_;
};

std::string Rows(const Access& access) {
  return access.estimate == 0 ? "" : absl::StrCat(" ~", access.estimate);
}

std::string Describe(const Access& access) {
  if (access.kind == Access::Kind::kValues)
    return absl::StrCat(access.index->schema->name, " = ",
                        access.prefixes.size(), Rows(access));
  if (IsRange(access))
    return absl::StrCat(access.index->schema->name, " range", Rows(access));
  std::vector<std::string> parts;
  for (const Access& child : access.children) parts.push_back(Describe(child));
  return absl::StrCat(
      access.kind == Access::Kind::kAnd ? "leapfrog(" : "union(",
      absl::StrJoin(parts, ", "), ")");
}

}  // namespace

std::string Plan::Explain() const {
  const std::string how = drive == Drive::kScan ? "read all"
                          : drive == Drive::kRange
                              ? absl::StrCat("drive ", Describe(*access))
                              : Describe(*access);
  return absl::StrCat(how, exact ? ", exact" : ", match each");
}

absl::StatusOr<Plan> MakePlan(const Query& query, const RecordType& type,
                              const Spaces& spaces,
                              const storage::Snapshot& snapshot) {
  Plan plan;
  ASSIGN_OR_RETURN(std::optional<Access> access,
                   FindAccess(query, type, spaces, snapshot));
  // Of an empty `and` every record is a match.
  plan.exact = query.kind == Query::Kind::kAnd && query.children.empty();
  if (!access.has_value()) return plan;
  Access sorted = *access;
  if (Prune(&sorted)) {
    plan.drive = Plan::Drive::kPostings;
    plan.exact = sorted.exact;
    plan.access = std::move(sorted);
    return plan;
  }
  if (const Access* range = SmallestRange(*access)) {
    plan.drive = Plan::Drive::kRange;
    plan.exact =
        access->exact && (IsRange(*access) || access->children.size() == 1);
    plan.access = *range;
  }
  return plan;
}

absl::StatusOr<std::unique_ptr<Postings>> OpenPostings(
    const Plan& plan, const RecordType& type, const Spaces& spaces,
    const storage::Snapshot& snapshot, Budget* budget) {
  if (plan.drive == Plan::Drive::kPostings)
    return Opener(spaces, snapshot, budget).Open(*plan.access);
  return PrefixPostings(snapshot, spaces.records, IdPrefix(type.id), budget);
}

}  // namespace dci::registry
