// Snapshots and cursors of a RocksDbEngine.
#ifndef CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_SNAPSHOT_H_
#define CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_SNAPSHOT_H_

#include <memory>

#include "services/storage/rocksdb/rocksdb_engine.h"
#include "services/storage/store.h"

namespace dci::storage {

// The newest state of the engine, which it keeps alive.
std::unique_ptr<Snapshot> NewRocksDbSnapshot(
    std::shared_ptr<const RocksDbEngine> engine);

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_SNAPSHOT_H_
