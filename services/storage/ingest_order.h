// Puts the entries of a bulk load in order. For this folder.
#ifndef CONVERGENCE_SERVICES_STORAGE_INGEST_ORDER_H_
#define CONVERGENCE_SERVICES_STORAGE_INGEST_ORDER_H_

#include <vector>

#include "services/storage/store.h"

namespace dci::storage {

// The entries by space and key, and of those with equal keys only the last.
std::vector<Entry> Ordered(std::vector<Entry> entries);

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_INGEST_ORDER_H_
