#include "services/storage/memory/memory_store.h"

#include <utility>

#include "services/storage/committer.h"
#include "services/storage/memory/memory_engine.h"

namespace dci::storage {

std::shared_ptr<Engine> NewMemoryEngine(std::vector<std::string> spaces) {
  return std::make_shared<MemoryEngine>(std::move(spaces));
}

std::unique_ptr<Store> NewMemoryStore(std::vector<std::string> spaces,
                                      const CommitterOptions& options) {
  // A memory engine always knows its sequence number.
  return *Committer::Create(NewMemoryEngine(std::move(spaces)), options);
}

}  // namespace dci::storage
