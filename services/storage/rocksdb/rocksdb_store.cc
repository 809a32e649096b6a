#include "services/storage/rocksdb/rocksdb_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "services/base/status_macros.h"
#include "services/storage/committer.h"
#include "services/storage/rocksdb/rocksdb_engine.h"
#include "services/storage/rocksdb/rocksdb_status.h"

namespace dci::storage {
namespace {

constexpr int kBloomBitsPerKey = 10;  // one false answer in a hundred
constexpr size_t kMaxSpaces = 255;
// Files of the log are few and short: the store has its own metrics.
constexpr size_t kInfoLogFiles = 4;
constexpr size_t kInfoLogBytes = 1u << 20;

absl::Status CheckSpaces(const std::vector<std::string>& names) {
  std::set<std::string> seen = {"", rocksdb::kDefaultColumnFamilyName};
  for (const std::string& name : names)
    if (!seen.insert(name).second)
      return absl::InvalidArgumentError(
          absl::StrCat("space '", name, "' is reserved or given twice"));
  if (names.size() > kMaxSpaces)
    return absl::InvalidArgumentError("too many spaces");
  return absl::OkStatus();
}

rocksdb::DBOptions DatabaseOptions(const RocksDbOptions& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  if (options.env != nullptr) db.env = options.env;
  db.max_background_jobs = 4;
  // Write files out steadily, so that no sync has to wait for all of one.
  db.bytes_per_sync = 1u << 20;
  // There is one writer: what helps many of them only costs it.
  db.enable_pipelined_write = false;
  db.allow_concurrent_memtable_write = false;
  db.avoid_unnecessary_blocking_io = true;
  // A space that is seldom written holds back old logs no longer than this.
  db.max_total_wal_size = 4 * options.write_buffer_bytes;
  db.keep_log_file_num = kInfoLogFiles;
  db.max_log_file_size = kInfoLogBytes;
  return db;
}

rocksdb::ColumnFamilyOptions FamilyOptions(
    const RocksDbOptions& options,
    const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.whole_key_filtering = true;
  table.format_version = 5;
  // Indexes and filters count against the cache: memory stays flat however
  // large the store grows.
  table.cache_index_and_filter_blocks = true;
  // In pieces: the index and the filter of a large file are megabytes, more
  // than a shard of the cache holds, and would be read anew for every key.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.data_block_index_type =
      rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes;
  family.level_compaction_dynamic_level_bytes = true;
  family.compression = rocksdb::kLZ4Compression;
  return family;
}

// The families to open: the default, those asked for, then others that exist
// and that RocksDB wants opened too.
absl::StatusOr<std::vector<std::string>> FamilyNames(
    const RocksDbOptions& options, const rocksdb::DBOptions& db) {
  std::vector<std::string> names = {rocksdb::kDefaultColumnFamilyName};
  names.insert(names.end(), options.spaces.begin(), options.spaces.end());
  if (!db.env->FileExists(options.path + "/CURRENT").ok()) return names;
  std::vector<std::string> present;
  RETURN_IF_ERROR(
      OpenStatus(rocksdb::DB::ListColumnFamilies(db, options.path, &present),
                 options.path));
  for (const std::string& name : present)
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

// Empties the folder for bulk loads: what lies there was never ingested.
absl::StatusOr<std::string> PrepareIngestFolder(rocksdb::Env& env,
                                                const std::string& path) {
  const std::string folder = path + "/ingest";
  RETURN_IF_ERROR(OpenStatus(env.CreateDirIfMissing(folder), path));
  std::vector<std::string> left;
  RETURN_IF_ERROR(OpenStatus(env.GetChildren(folder, &left), path));
  for (const std::string& name : left)
    if (name != "." && name != "..")
      RETURN_IF_ERROR(
          OpenStatus(env.DeleteFile(absl::StrCat(folder, "/", name)), path));
  return folder;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(
    const RocksDbOptions& options) {
  RETURN_IF_ERROR(CheckSpaces(options.spaces));
  const rocksdb::DBOptions db_options = DatabaseOptions(options);
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   FamilyNames(options, db_options));
  const rocksdb::ColumnFamilyOptions family =
      FamilyOptions(options, rocksdb::NewLRUCache(options.block_cache_bytes));
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const std::string& name : names) descriptors.emplace_back(name, family);

  rocksdb::DB* raw = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  RETURN_IF_ERROR(OpenStatus(
      rocksdb::DB::Open(db_options, options.path, descriptors, &handles, &raw),
      options.path));
  std::unique_ptr<rocksdb::DB> db(raw);
  absl::StatusOr<std::string> folder =
      PrepareIngestFolder(*db_options.env, options.path);
  // The engine takes the handles, also to release them after an error.
  auto engine = std::make_shared<RocksDbEngine>(
      std::move(db), std::move(handles), options.spaces,
      folder.ok() ? *folder : "", options.sync);
  RETURN_IF_ERROR(folder.status());
  return Committer::Create(std::move(engine), options.committer);
}

}  // namespace dci::storage
