#include "services/storage/rocksdb/rocksdb_engine.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/write_batch.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/storage/rocksdb/rocksdb_snapshot.h"
#include "services/storage/rocksdb/rocksdb_status.h"

namespace dci::storage {
namespace {

constexpr char kSequenceKey[] = "sequence";
// What RocksDB adds to each entry of a write batch, about.
constexpr size_t kEntryOverhead = 16;

}  // namespace

RocksDbEngine::RocksDbEngine(std::unique_ptr<rocksdb::DB> db,
                             std::vector<rocksdb::ColumnFamilyHandle*> handles,
                             std::vector<std::string> names,
                             std::string ingest_folder, bool sync)
    : db_(std::move(db)),
      handles_(std::move(handles)),
      names_(std::move(names)),
      ingest_folder_(std::move(ingest_folder)),
      sync_(sync) {}

RocksDbEngine::~RocksDbEngine() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_)
    db_->DestroyColumnFamilyHandle(handle);
}

absl::StatusOr<Space> RocksDbEngine::FindSpace(absl::string_view name) const {
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) return Space{static_cast<uint8_t>(i)};
  return absl::NotFoundError(absl::StrCat("no space ", name));
}

rocksdb::ColumnFamilyHandle* RocksDbEngine::Family(Space space) const {
  return space.id < names_.size() ? handles_[space.id + 1] : nullptr;
}

absl::Status RocksDbEngine::Read(Space space,
                                 absl::Span<const absl::string_view> keys,
                                 View::Visitor visit) const {
  return ReadAt(nullptr, space, keys, visit);
}

absl::Status RocksDbEngine::ReadAt(const rocksdb::Snapshot* snapshot,
                                   Space space,
                                   absl::Span<const absl::string_view> keys,
                                   View::Visitor visit) const {
  rocksdb::ColumnFamilyHandle* family = Family(space);
  if (family == nullptr)
    return absl::InternalError(absl::StrCat("unknown space ", space.id));
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (absl::string_view key : keys) slices.push_back(ToSlice(key));
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  if (keys.size() == 1) {
    statuses[0] = db_->Get(options, family, slices[0], &values[0]);
  } else {
    db_->MultiGet(options, family, slices.size(), slices.data(), values.data(),
                  statuses.data());
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) {
      visit(i, std::nullopt);
      continue;
    }
    RETURN_IF_ERROR(EngineStatus(statuses[i]));
    visit(i, ToView(values[i]));
  }
  return absl::OkStatus();
}

std::unique_ptr<Snapshot> RocksDbEngine::GetSnapshot() const {
  return NewRocksDbSnapshot(shared_from_this());
}

absl::StatusOr<uint64_t> RocksDbEngine::LastSequence() const {
  std::string bytes;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), handles_[0], kSequenceKey, &bytes);
  if (status.IsNotFound()) return 0;
  RETURN_IF_ERROR(EngineStatus(status));
  absl::string_view rest = bytes;
  uint64_t sequence = 0;
  if (!ConsumeOrderedU64(&rest, &sequence) || !rest.empty())
    return absl::InternalError("the sequence number is damaged");
  return sequence;
}

absl::Status RocksDbEngine::Write(const Overlay& changes, uint64_t sequence) {
  rocksdb::WriteBatch batch(changes.bytes() +
                            kEntryOverhead * (changes.values().size() + 1));
  // Without an upper bound there is no key to give as the end: one that is
  // longer than any key of ours is above all of them.
  const std::string above(kMaxKeyBytes + 1, '\xff');
  for (const KeyRange& range : changes.ranges()) {
    const std::string& end = range.end.empty() ? above : range.end;
    RETURN_IF_ERROR(
        EngineStatus(batch.DeleteRange(Family(range.space), range.begin, end)));
  }
  for (const auto& [key, value] : changes.values()) {
    rocksdb::ColumnFamilyHandle* family = Family(key.space);
    RETURN_IF_ERROR(EngineStatus(value.has_value()
                                     ? batch.Put(family, key.key, *value)
                                     : batch.Delete(family, key.key)));
  }
  std::string number;
  AppendOrderedU64(&number, sequence);
  RETURN_IF_ERROR(EngineStatus(batch.Put(handles_[0], kSequenceKey, number)));
  rocksdb::WriteOptions options;
  options.sync = sync_;
  return EngineStatus(db_->Write(options, &batch));
}

RocksDbEngine::IngestFile::~IngestFile() {
  // Taking a file over moves it: then there is nothing to delete.
  env->DeleteFile(path).PermitUncheckedError();
}

absl::StatusOr<RocksDbEngine::IngestFiles> RocksDbEngine::WriteFiles(
    const std::vector<Entry>& entries) {
  IngestFiles files;
  for (size_t i = 0; i < entries.size();) {
    const Space space = entries[i].space;
    files.push_back(std::make_unique<IngestFile>(
        db_->GetEnv(), space,
        absl::StrCat(ingest_folder_, "/", next_file_++, ".sst")));
    rocksdb::ColumnFamilyHandle* family = Family(space);
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(),
                                  db_->GetOptions(family), family);
    RETURN_IF_ERROR(EngineStatus(writer.Open(files.back()->path)));
    for (; i < entries.size() && entries[i].space == space; ++i)
      RETURN_IF_ERROR(
          EngineStatus(writer.Put(entries[i].key, entries[i].value)));
    RETURN_IF_ERROR(EngineStatus(writer.Finish()));
  }
  return files;
}

absl::Status RocksDbEngine::TakeOver(const IngestFiles& files) {
  std::vector<rocksdb::IngestExternalFileArg> args;
  for (const auto& file : files) {
    rocksdb::IngestExternalFileArg arg;
    arg.column_family = Family(file->space);
    arg.external_files = {file->path};
    arg.options.move_files = true;
    arg.options.failed_move_fall_back_to_copy = true;
    args.push_back(std::move(arg));
  }
  return EngineStatus(db_->IngestExternalFiles(args));
}

absl::StatusOr<std::function<absl::Status()>> RocksDbEngine::PrepareIngest(
    std::vector<Entry> entries) {
  ASSIGN_OR_RETURN(IngestFiles files, WriteFiles(entries));
  auto shared = std::make_shared<const IngestFiles>(std::move(files));
  return std::function<absl::Status()>(
      [this, shared] { return TakeOver(*shared); });
}

}  // namespace dci::storage
