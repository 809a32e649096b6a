// A store on RocksDB: a folder, a column family for each space.
#ifndef CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_STORE_H_
#define CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_STORE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/storage/store.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace dci::storage {

struct RocksDbOptions {
  // Made if absent, its parent must exist. One process at a time opens it.
  std::string path;
  // At most 255, names unique, not "default". New ones are added to a store
  // that exists; those it has and that are not named here keep their data.
  std::vector<std::string> spaces;
  CommitterOptions committer;
  // Shared by all spaces; it also holds their indexes and filters.
  size_t block_cache_bytes = 256u << 20;
  // A space's writes gather to this size in memory before they are a file.
  size_t write_buffer_bytes = 64u << 20;
  // False breaks the promise of Commit: a power cut loses what was said to be
  // durable. Only for the tests that must notice it.
  bool sync = true;
  // Outlives the store and its snapshots; null: the operating system's.
  rocksdb::Env* env = nullptr;
};

// Opens or makes a store. Errors: INVALID_ARGUMENT (spaces), UNAVAILABLE (the
// folder is locked or cannot be read or written), DATA_LOSS (its files are
// damaged).
absl::StatusOr<std::unique_ptr<Store>> OpenRocksDbStore(
    const RocksDbOptions& options);

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_STORE_H_
