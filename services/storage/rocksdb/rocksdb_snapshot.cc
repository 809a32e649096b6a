#include "services/storage/rocksdb/rocksdb_snapshot.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/iterator.h"
#include "services/base/status_macros.h"
#include "services/storage/rocksdb/rocksdb_status.h"

namespace dci::storage {
namespace {

// Releases the snapshot before the database can close.
class Pin {
 public:
  explicit Pin(std::shared_ptr<const RocksDbEngine> engine)
      : engine_(std::move(engine)), snapshot_(engine_->db().GetSnapshot()) {}
  ~Pin() { engine_->db().ReleaseSnapshot(snapshot_); }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

  const RocksDbEngine& engine() const { return *engine_; }
  const rocksdb::Snapshot* snapshot() const { return snapshot_; }

 private:
  const std::shared_ptr<const RocksDbEngine> engine_;
  const rocksdb::Snapshot* const snapshot_;
};

class RocksDbCursor final : public Cursor {
 public:
  RocksDbCursor(std::shared_ptr<const Pin> pin, ScanOptions options)
      : pin_(std::move(pin)),
        options_(std::move(options)),
        lower_(options_.begin),
        upper_(options_.end) {
    rocksdb::ColumnFamilyHandle* family = pin_->engine().Family(options_.space);
    if (family == nullptr) {
      error_ = absl::InternalError(
          absl::StrCat("unknown space ", options_.space.id));
      return;
    }
    rocksdb::ReadOptions read;
    read.snapshot = pin_->snapshot();
    read.iterate_lower_bound = &lower_;
    if (!options_.end.empty()) read.iterate_upper_bound = &upper_;
    iterator_.reset(pin_->engine().db().NewIterator(read, family));
    if (options_.reverse) {
      iterator_->SeekToLast();
    } else {
      iterator_->SeekToFirst();
    }
  }

  bool Valid() const override { return iterator_ && iterator_->Valid(); }
  absl::string_view key() const override { return ToView(iterator_->key()); }
  absl::string_view value() const override {
    return ToView(iterator_->value());
  }
  void Next() override {
    if (options_.reverse) {
      iterator_->Prev();
    } else {
      iterator_->Next();
    }
  }

  void Seek(absl::string_view target) override {
    if (!iterator_) return;
    if (!options_.reverse) {
      iterator_->Seek(
          ToSlice(std::max<absl::string_view>(target, options_.begin)));
    } else if (!options_.end.empty() && target >= options_.end) {
      iterator_->SeekToLast();
    } else {
      iterator_->SeekForPrev(ToSlice(target));
    }
  }

  absl::Status status() const override {
    return iterator_ ? EngineStatus(iterator_->status()) : error_;
  }

 private:
  const std::shared_ptr<const Pin> pin_;  // outlives the iterator
  const ScanOptions options_;
  const rocksdb::Slice lower_, upper_;
  absl::Status error_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// Entries of files in a range, taking all entries to be of the same size.
uint64_t GuessInFiles(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family,
                      const rocksdb::Range& range) {
  uint64_t keys = 0, bytes = 0, in_range = 0;
  rocksdb::SizeApproximationOptions options;
  options.include_memtables = false;
  options.include_files = true;
  if (!db.GetIntProperty(family, rocksdb::DB::Properties::kEstimateNumKeys,
                         &keys) ||
      !db.GetIntProperty(family, rocksdb::DB::Properties::kLiveSstFilesSize,
                         &bytes) ||
      !db.GetApproximateSizes(options, family, &range, 1, &in_range).ok() ||
      bytes == 0)
    return 0;
  return static_cast<uint64_t>(static_cast<double>(in_range) / bytes * keys);
}

class RocksDbSnapshot final : public Snapshot {
 public:
  explicit RocksDbSnapshot(std::shared_ptr<const RocksDbEngine> engine)
      : pin_(std::make_shared<const Pin>(std::move(engine))) {}

  absl::Status Visit(Space space, absl::Span<const absl::string_view> keys,
                     Visitor visit) const override {
    return pin_->engine().ReadAt(pin_->snapshot(), space, keys, visit);
  }

  std::unique_ptr<Cursor> Scan(const ScanOptions& options) const override {
    return std::make_unique<RocksDbCursor>(pin_, options);
  }

  absl::StatusOr<uint64_t> EstimateRange(Space space, absl::string_view begin,
                                         absl::string_view end) const override {
    auto cursor = Scan({space, std::string(begin), std::string(end)});
    uint64_t count = 0;
    for (; cursor->Valid() && count <= kExactEstimate; cursor->Next()) ++count;
    RETURN_IF_ERROR(cursor->status());
    if (count <= kExactEstimate) return count;

    const std::string above(kMaxKeyBytes + 1, '\xff');
    const rocksdb::Range range(
        ToSlice(begin), end.empty() ? rocksdb::Slice(above) : ToSlice(end));
    rocksdb::DB& db = pin_->engine().db();
    rocksdb::ColumnFamilyHandle* family = pin_->engine().Family(space);
    uint64_t in_memory = 0, bytes = 0;
    db.GetApproximateMemTableStats(family, range, &in_memory, &bytes);
    return std::max(count, in_memory + GuessInFiles(db, family, range));
  }

 private:
  const std::shared_ptr<const Pin> pin_;
};

}  // namespace

std::unique_ptr<Snapshot> NewRocksDbSnapshot(
    std::shared_ptr<const RocksDbEngine> engine) {
  return std::make_unique<RocksDbSnapshot>(std::move(engine));
}

}  // namespace dci::storage
