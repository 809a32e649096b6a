// Values of declared keys, read before a transaction's turn.
#ifndef CONVERGENCE_SERVICES_STORAGE_READ_AHEAD_H_
#define CONVERGENCE_SERVICES_STORAGE_READ_AHEAD_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "services/storage/engine.h"
#include "services/storage/overlay.h"
#include "services/storage/store.h"

namespace dci::storage {

struct ReadAhead {
  // All groups up to this one were durable before the reading began.
  uint64_t epoch = 0;
  ValueMap values;
};

// Reads all keys, with one call of the engine for each space among them.
absl::StatusOr<ReadAhead> ReadKeys(const Engine& engine, uint64_t epoch,
                                   std::vector<Key> keys);

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_READ_AHEAD_H_
