#include "services/registry/access.h"

#include <algorithm>
#include <utility>

#include "services/base/bytes.h"
#include "services/base/status_macros.h"

namespace dci::registry {
namespace {

using MaybeAccess = absl::StatusOr<std::optional<Access>>;

class Finder {
 public:
  Finder(const RecordType& type, const Spaces& spaces,
         const storage::Snapshot& snapshot)
      : type_(type), spaces_(spaces), snapshot_(snapshot) {}

  MaybeAccess Find(const Query& query) const {
    switch (query.kind) {
      case Query::Kind::kAnd:
        return FindAnd(query);
      case Query::Kind::kOr:
        return FindOr(query);
      case Query::Kind::kNot:
        return std::nullopt;
      case Query::Kind::kCompare:
        return query.op == Op::kIn       ? FindValues(query)
               : query.op == Op::kExists ? MaybeAccess(std::nullopt)
                                         : FindRange(query);
    }
    return std::nullopt;
  }

 private:
  MaybeAccess FindValues(const Query& query) const {
    const Attribute& attribute = query.attribute;
    Access access;
    access.kind = Access::Kind::kValues;
    access.index = attribute.identifiers != nullptr
                       ? type_.FindIndex(attribute.identifiers)
                       : type_.FindEqualityIndex(attribute.path);
    if (access.index == nullptr || !access.index->ready) return std::nullopt;
    for (const std::string& value : query.values) {
      std::string prefix = IdPrefix(access.index->id);
      if (attribute.identifiers != nullptr)
        AppendOrderedText(&prefix, attribute.identifier_type);
      AppendOrderedText(&prefix, value);
      access.prefixes.push_back(std::move(prefix));
    }
    return access;
  }

  MaybeAccess FindRange(const Query& query) const {
    // Identifiers of a type are equal or not; their order means nothing.
    if (query.attribute.identifiers != nullptr) return std::nullopt;
    Access access;
    access.kind = Access::Kind::kRange;
    access.index = type_.FindRangeIndex(query.attribute.path);
    if (access.index == nullptr) return std::nullopt;
    const std::string id = IdPrefix(access.index->id);
    std::string at = id;
    AppendOrderedText(&at, query.values.front());
    access.begin = id;
    access.end = PrefixEnd(id);
    if (query.op == Op::kLess) access.end = at;
    if (query.op == Op::kLessEqual) access.end = PrefixEnd(at);
    if (query.op == Op::kGreater) access.begin = PrefixEnd(at);
    if (query.op == Op::kGreaterEqual) access.begin = at;
    return access;
  }

  // Both bounds of one value are one range; of several values, different ones
  // may keep the two.
  static bool Join(const Access& range, std::vector<Access>* accesses) {
    if (range.kind != Access::Kind::kRange || range.index->multi_valued)
      return false;
    for (Access& other : *accesses) {
      if (other.kind != Access::Kind::kRange || other.index != range.index)
        continue;
      other.begin = std::max(other.begin, range.begin);
      other.end = std::min(other.end, range.end);
      return true;
    }
    return false;
  }

  static void Flatten(const Query& query, std::vector<const Query*>* parts) {
    for (const Query& child : query.children) {
      if (child.kind == Query::Kind::kAnd) {
        Flatten(child, parts);
      } else {
        parts->push_back(&child);
      }
    }
  }

  MaybeAccess FindAnd(const Query& query) const {
    std::vector<const Query*> parts;
    Flatten(query, &parts);
    Access all;
    for (const Query* part : parts) {
      ASSIGN_OR_RETURN(std::optional<Access> access, Find(*part));
      if (!access.has_value()) {
        all.exact = false;
        continue;
      }
      all.exact = all.exact && access->exact;
      if (!Join(*access, &all.children))
        all.children.push_back(*std::move(access));
    }
    if (all.children.empty()) return std::nullopt;
    return all;
  }

  MaybeAccess FindOr(const Query& query) const {
    Access any;
    any.kind = Access::Kind::kOr;
    for (const Query& child : query.children) {
      ASSIGN_OR_RETURN(std::optional<Access> access, Find(child));
      if (!access.has_value()) return std::nullopt;
      any.exact = any.exact && access->exact;
      any.children.push_back(*std::move(access));
    }
    return any;
  }

  const RecordType& type_;
  const Spaces& spaces_;
  const storage::Snapshot& snapshot_;
};

// Estimates the ranges of an access, and then the rest of it only as far as it
// can change what is done with them: a range of a few rows is used whether
// there are a hundred or a million rows of a value beside it.
class Estimator {
 public:
  Estimator(const Spaces& spaces, const storage::Snapshot& snapshot)
      : spaces_(spaces), snapshot_(snapshot) {}

  absl::Status Estimate(Access* access) {
    RETURN_IF_ERROR(EstimateRanges(access));
    return EstimateAll(access);
  }

 private:
  absl::Status EstimateRanges(Access* access) {
    for (Access& child : access->children)
      RETURN_IF_ERROR(EstimateRanges(&child));
    if (access->kind != Access::Kind::kRange || access->begin >= access->end)
      return absl::OkStatus();
    ASSIGN_OR_RETURN(
        access->estimate,
        snapshot_.EstimateRange(spaces_.index, access->begin, access->end));
    largest_range_ = std::max(largest_range_, access->estimate);
    return absl::OkStatus();
  }

  absl::StatusOr<uint64_t> RowsOf(const std::string& prefix) const {
    if (largest_range_ >= storage::kExactEstimate)
      return snapshot_.EstimateRange(spaces_.index, prefix, PrefixEnd(prefix));
    const auto cursor =
        snapshot_.Scan(storage::ScanOptions::Prefix(spaces_.index, prefix));
    uint64_t rows = 0;
    for (; cursor->Valid() && rows <= largest_range_; cursor->Next()) ++rows;
    RETURN_IF_ERROR(cursor->status());
    return rows;
  }

  absl::Status EstimateAll(Access* access) const {
    for (const std::string& prefix : access->prefixes) {
      // A unique value has one row; asking would cost more than reading it.
      uint64_t rows = 1;
      if (!access->index->unique()) {
        ASSIGN_OR_RETURN(rows, RowsOf(prefix));
      }
      access->estimate += rows;
    }
    for (size_t i = 0; i < access->children.size(); ++i) {
      Access& child = access->children[i];
      RETURN_IF_ERROR(EstimateAll(&child));
      if (access->kind == Access::Kind::kOr) {
        access->estimate += child.estimate;
      } else {
        access->estimate = i == 0 ? child.estimate
                                  : std::min(access->estimate, child.estimate);
      }
    }
    return absl::OkStatus();
  }

  const Spaces& spaces_;
  const storage::Snapshot& snapshot_;
  uint64_t largest_range_ = 0;
};

// Only whether and how to use a range depends on how many rows there are;
// postings of values are intersected by leapfrog in any order.
bool HasRange(const Access& access) {
  return access.kind == Access::Kind::kRange ||
         std::any_of(access.children.begin(), access.children.end(), HasRange);
}

}  // namespace

absl::StatusOr<std::optional<Access>> FindAccess(
    const Query& query, const RecordType& type, const Spaces& spaces,
    const storage::Snapshot& snapshot) {
  ASSIGN_OR_RETURN(std::optional<Access> access,
                   Finder(type, spaces, snapshot).Find(query));
  if (access.has_value() && HasRange(*access))
    RETURN_IF_ERROR(Estimator(spaces, snapshot).Estimate(&*access));
  return access;
}

}  // namespace dci::registry
