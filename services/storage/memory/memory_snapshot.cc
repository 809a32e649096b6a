#include "services/storage/memory/memory_snapshot.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace dci::storage {
namespace {

// EstimateRange counts no further: a planner only wants to know "many".
constexpr uint64_t kMostCounted = 10'000;

class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(std::shared_ptr<const MemoryEngine> engine, uint64_t version,
               ScanOptions options)
      : engine_(std::move(engine)),
        version_(version),
        options_(std::move(options)) {
    engine_->Repin(version_);
    if (options_.space.id >= engine_->space_count()) {
      status_ = absl::InternalError(
          absl::StrCat("unknown space ", options_.space.id));
    } else if (options_.reverse) {
      ToLast();
    } else {
      Move(options_.begin, false);
    }
  }
  ~MemoryCursor() override { engine_->Unpin(version_); }

  bool Valid() const override { return valid_; }
  absl::string_view key() const override { return key_; }
  absl::string_view value() const override { return value_; }
  absl::Status status() const override { return status_; }

  void Next() override { Move(std::string(key_), true); }

  void Seek(absl::string_view target) override {
    if (!status_.ok()) return;
    if (!options_.reverse) {
      Move(std::max<absl::string_view>(target, options_.begin), false);
    } else if (!options_.end.empty() && target >= options_.end) {
      ToLast();
    } else {
      Move(target, false);
    }
  }

 private:
  void ToLast() {
    if (options_.end.empty()) {
      Move(std::nullopt, false);
    } else {
      Move(options_.end, true);
    }
  }

  void Move(std::optional<absl::string_view> from, bool beyond) {
    engine_->WithMap(options_.space, [&](const VersionMap& map) {
      const auto [key, value] = options_.reverse
                                    ? map.FindBackward(from, beyond, version_)
                                    : map.FindForward(*from, beyond, version_);
      valid_ = key != nullptr && *key >= options_.begin &&
               (options_.end.empty() || *key < options_.end);
      if (!valid_) return;
      key_ = *key;
      value_ = *value;
    });
  }

  const std::shared_ptr<const MemoryEngine> engine_;
  const uint64_t version_;
  const ScanOptions options_;
  bool valid_ = false;
  std::string key_, value_;
  absl::Status status_;
};

class MemorySnapshot final : public Snapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<const MemoryEngine> engine)
      : engine_(std::move(engine)), version_(engine_->Pin()) {}
  ~MemorySnapshot() override { engine_->Unpin(version_); }

  absl::Status Visit(Space space, absl::Span<const absl::string_view> keys,
                     Visitor visit) const override {
    return engine_->ReadAt(version_, space, keys, visit);
  }

  std::unique_ptr<Cursor> Scan(const ScanOptions& options) const override {
    return std::make_unique<MemoryCursor>(engine_, version_, options);
  }

  absl::StatusOr<uint64_t> EstimateRange(Space space, absl::string_view begin,
                                         absl::string_view end) const override {
    auto cursor = Scan({space, std::string(begin), std::string(end)});
    uint64_t count = 0;
    for (; cursor->Valid() && count < kMostCounted; cursor->Next()) ++count;
    RETURN_IF_ERROR(cursor->status());
    return count;
  }

 private:
  const std::shared_ptr<const MemoryEngine> engine_;
  const uint64_t version_;
};

}  // namespace

std::unique_ptr<Snapshot> NewMemorySnapshot(
    std::shared_ptr<const MemoryEngine> engine) {
  return std::make_unique<MemorySnapshot>(std::move(engine));
}

}  // namespace dci::storage
