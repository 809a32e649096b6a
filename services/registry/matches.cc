#include "services/registry/matches.h"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/index_row.h"

namespace dci::registry {
namespace {

using Filter = std::function<bool(absl::string_view record)>;

// Walks postings and keeps what passes the filter; without one, everything.
class ByKey : public MatchStream {
 public:
  ByKey(const SearchScope& scope, std::unique_ptr<Postings> postings,
        Filter filter)
      : scope_(scope),
        postings_(std::move(postings)),
        filter_(std::move(filter)) {}

  void Start(absl::string_view position) {
    // The least key beyond the position is the position and one zero byte.
    if (!position.empty())
      postings_->Seek(absl::StrCat(position, absl::string_view("\0", 1)));
    Settle();
  }

  bool Valid() const override { return status_.ok() && postings_->Valid(); }
  absl::string_view primary_key() const override { return postings_->key(); }
  std::string position() const override {
    return std::string(postings_->key());
  }
  void Next() override {
    postings_->Next();
    Settle();
  }
  absl::Status status() const override {
    if (!status_.ok()) return status_;
    RETURN_IF_ERROR(scope_.budget->status());
    return postings_->status();
  }

 private:
  void Settle() {
    while (filter_ && Valid() && !Passes()) postings_->Next();
  }
  bool Passes() {
    bool passes = false;
    scope_.budget->Spend();
    status_ =
        WithRecord(scope_, postings_->key(), [&](absl::string_view record) {
          passes = filter_(record);
        }).status();
    return passes;
  }

  const SearchScope scope_;
  const std::unique_ptr<Postings> postings_;
  const Filter filter_;
  absl::Status status_;
};

// Walks rows of an index; a record with several rows counts at the first.
class ByIndex : public MatchStream {
 public:
  ByIndex(const SearchScope& scope, const IndexOrder& order, bool exact)
      : scope_(scope),
        order_(order),
        exact_(exact),
        cursor_(scope.snapshot->Scan(
            {scope.spaces->index, order.begin, order.end, order.descending})) {}

  void Start(absl::string_view position) {
    if (!position.empty()) {
      cursor_->Seek(position);
      if (cursor_->Valid() && cursor_->key() == position) cursor_->Next();
    }
    Settle();
  }

  bool Valid() const override {
    return status_.ok() && !scope_.budget->exhausted() && cursor_->Valid();
  }
  absl::string_view primary_key() const override {
    return KeyInRow(*order_.index, cursor_->key(), cursor_->value());
  }
  std::string position() const override { return std::string(cursor_->key()); }
  void Next() override {
    cursor_->Next();
    Settle();
  }
  absl::Status status() const override {
    if (!status_.ok()) return status_;
    RETURN_IF_ERROR(scope_.budget->status());
    return cursor_->status();
  }

 private:
  void Settle() {
    while (Valid() && scope_.budget->Spend() && !Passes()) cursor_->Next();
  }

  bool Passes() {
    if (exact_ && !order_.index->multi_valued) return true;
    bool passes = false;
    const std::string key(primary_key());
    status_ = WithRecord(scope_, key, [&](absl::string_view record) {
                passes = (exact_ || Matches(*scope_.query, record)) &&
                         IsFirstRow(record, key);
              }).status();
    return passes;
  }

  bool IsFirstRow(absl::string_view record, absl::string_view key) const {
    if (!order_.index->multi_valued) return true;
    const auto rows = IndexRows(*order_.index, record, key);
    if (!rows.ok()) return false;
    std::string first;
    for (const IndexRow& row : *rows) {
      const bool inside = row.key >= order_.begin &&
                          (order_.end.empty() || row.key < order_.end);
      if (!inside) continue;
      first = row.key;
      if (!order_.descending) break;
    }
    return first == cursor_->key();
  }

  const SearchScope scope_;
  const IndexOrder order_;
  const bool exact_;
  const std::unique_ptr<storage::Cursor> cursor_;
  absl::Status status_;
};

// First the records that the index has, then those that it has not. `first`
// is null where nothing is left of it, `second` where nothing comes after.
class TwoPhases : public MatchStream {
 public:
  TwoPhases(std::unique_ptr<MatchStream> first,
            std::unique_ptr<MatchStream> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  bool Valid() const override {
    return InFirst() ||
           (StatusOf(first_).ok() && second_ != nullptr && second_->Valid());
  }
  absl::string_view primary_key() const override { return now().primary_key(); }
  std::string position() const override {
    return absl::StrCat(InFirst() ? "1" : "2", now().position());
  }
  void Next() override { now().Next(); }
  absl::Status status() const override {
    RETURN_IF_ERROR(StatusOf(first_));
    return StatusOf(second_);
  }

 private:
  static absl::Status StatusOf(const std::unique_ptr<MatchStream>& stream) {
    return stream == nullptr ? absl::OkStatus() : stream->status();
  }
  bool InFirst() const { return first_ != nullptr && first_->Valid(); }
  MatchStream& now() const { return InFirst() ? *first_ : *second_; }
  const std::unique_ptr<MatchStream> first_, second_;
};

absl::StatusOr<std::unique_ptr<MatchStream>> OpenByKey(
    const SearchScope& scope, const Plan& plan, Filter filter,
    absl::string_view position) {
  ASSIGN_OR_RETURN(std::unique_ptr<Postings> postings,
                   OpenPostings(plan, *scope.type, *scope.spaces,
                                *scope.snapshot, scope.budget));
  auto matches =
      std::make_unique<ByKey>(scope, std::move(postings), std::move(filter));
  matches->Start(position);
  return matches;
}

}  // namespace

absl::StatusOr<bool> WithRecord(
    const SearchScope& scope, absl::string_view primary_key,
    absl::FunctionRef<void(absl::string_view)> use) {
  bool found = false;
  const std::string key = RecordKey(*scope.type, primary_key);
  const absl::string_view view = key;
  RETURN_IF_ERROR(scope.snapshot->Visit(
      scope.spaces->records, absl::MakeConstSpan(&view, 1),
      [&](size_t, std::optional<absl::string_view> record) {
        found = record.has_value();
        if (found) use(*record);
      }));
  return found;
}

absl::StatusOr<std::unique_ptr<MatchStream>> MatchesByKey(
    const SearchScope& scope, const Plan& plan, absl::string_view position) {
  // A range that drives has no order of keys: then all records are read.
  const bool exact = plan.exact && plan.drive != Plan::Drive::kRange;
  Filter filter;
  if (!exact)
    filter = [query = scope.query](absl::string_view record) {
      return Matches(*query, record);
    };
  return OpenByKey(scope, plan, std::move(filter), position);
}

absl::StatusOr<std::unique_ptr<MatchStream>> MatchesByIndex(
    const SearchScope& scope, const Plan& plan, const IndexOrder& order,
    absl::string_view position) {
  const bool whole = order.begin.empty();
  IndexOrder walk = order;
  if (whole) {
    walk.begin = IdPrefix(order.index->id);
    walk.end = PrefixEnd(walk.begin);
  }
  const bool past_rows = !position.empty() && position.front() == '2';
  const absl::string_view at = position.empty() ? "" : position.substr(1);
  std::unique_ptr<ByIndex> rows;
  if (!past_rows) {
    rows = std::make_unique<ByIndex>(scope, walk, !whole && plan.exact);
    rows->Start(at);
  }
  std::unique_ptr<MatchStream> rowless;
  if (whole) {
    auto filter = [query = scope.query,
                   index = order.index](absl::string_view record) {
      const auto own = IndexRows(*index, record, "");
      return own.ok() && own->empty() && Matches(*query, record);
    };
    ASSIGN_OR_RETURN(rowless,
                     OpenByKey(scope, plan, filter, past_rows ? at : ""));
  }
  return std::make_unique<TwoPhases>(std::move(rows), std::move(rowless));
}

}  // namespace dci::registry
