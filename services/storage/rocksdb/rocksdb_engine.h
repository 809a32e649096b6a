// An Engine on RocksDB.
#ifndef CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_ENGINE_H_
#define CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_ENGINE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "services/storage/engine.h"

namespace dci::storage {

class RocksDbEngine final : public Engine,
                            public std::enable_shared_from_this<RocksDbEngine> {
 public:
  // Takes an open database; handles[0] is the default column family, which
  // keeps the sequence number, handles[i + 1] that of names[i]; more may
  // follow. `ingest_folder` exists, is empty and on the same file system.
  RocksDbEngine(std::unique_ptr<rocksdb::DB> db,
                std::vector<rocksdb::ColumnFamilyHandle*> handles,
                std::vector<std::string> names, std::string ingest_folder,
                bool sync);
  ~RocksDbEngine() override;

  absl::StatusOr<Space> FindSpace(absl::string_view name) const override;
  size_t space_count() const override { return names_.size(); }
  absl::Status Read(Space space, absl::Span<const absl::string_view> keys,
                    View::Visitor visit) const override;
  std::unique_ptr<Snapshot> GetSnapshot() const override;
  absl::StatusOr<uint64_t> LastSequence() const override;
  absl::Status Write(const Overlay& changes, uint64_t sequence) override;
  absl::StatusOr<std::function<absl::Status()>> PrepareIngest(
      std::vector<Entry> entries) override;

  // Read at a snapshot, or the newest state where it is null.
  absl::Status ReadAt(const rocksdb::Snapshot* snapshot, Space space,
                      absl::Span<const absl::string_view> keys,
                      View::Visitor visit) const;
  // Null for a space that does not exist.
  rocksdb::ColumnFamilyHandle* Family(Space space) const;
  rocksdb::DB& db() const { return *db_; }

 private:
  // A file for RocksDB to take over; deleted if it was not.
  struct IngestFile {
    IngestFile(rocksdb::Env* env, Space space, std::string path)
        : env(env), space(space), path(std::move(path)) {}
    ~IngestFile();
    rocksdb::Env* const env;
    const Space space;
    const std::string path;
  };
  using IngestFiles = std::vector<std::unique_ptr<IngestFile>>;
  absl::StatusOr<IngestFiles> WriteFiles(const std::vector<Entry>& entries);
  absl::Status TakeOver(const IngestFiles& files);

  const std::unique_ptr<rocksdb::DB> db_;
  const std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  const std::vector<std::string> names_;
  const std::string ingest_folder_;
  const bool sync_;
  std::atomic<uint64_t> next_file_{0};
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_ENGINE_H_
