// A store in memory: for tests, and for state that may be lost.
#ifndef CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_STORE_H_
#define CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "services/storage/engine.h"
#include "services/storage/store.h"

namespace dci::storage {

// What a memory store holds; any number of stores may be opened on it, one
// after the other, as if it were a folder.
std::shared_ptr<Engine> NewMemoryEngine(std::vector<std::string> spaces);

// Reads ahead on the serial stage by default: there is nothing to wait for.
inline CommitterOptions MemoryCommitterOptions() {
  CommitterOptions options;
  options.prefetch_threads = 0;
  return options;
}

// A new and empty store with these spaces, at most 255, names unique.
std::unique_ptr<Store> NewMemoryStore(
    std::vector<std::string> spaces,
    const CommitterOptions& options = MemoryCommitterOptions());

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_MEMORY_MEMORY_STORE_H_
