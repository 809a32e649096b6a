// Snapshots and cursors of a MemoryEngine.
#ifndef CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_SNAPSHOT_H_
#define CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_SNAPSHOT_H_

#include <memory>

#include "services/storage/memory/memory_engine.h"
#include "services/storage/store.h"

namespace dci::storage {

// The newest state of the engine, which it keeps alive.
std::unique_ptr<Snapshot> NewMemorySnapshot(
    std::shared_ptr<const MemoryEngine> engine);

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_SNAPSHOT_H_
