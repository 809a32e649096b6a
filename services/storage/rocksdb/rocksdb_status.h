// Conversions between RocksDB's vocabulary and ours.
#ifndef CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_STATUS_H_
#define CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"

namespace dci::storage {

inline rocksdb::Slice ToSlice(absl::string_view text) {
  return rocksdb::Slice(text.data(), text.size());
}

inline absl::string_view ToView(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

// For opening, where the cause is outside: UNAVAILABLE, or DATA_LOSS for
// damaged files, or INVALID_ARGUMENT.
absl::Status OpenStatus(const rocksdb::Status& status, absl::string_view path);

// For everything later: OK or INTERNAL.
absl::Status EngineStatus(const rocksdb::Status& status);

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_ROCKSDB_ROCKSDB_STATUS_H_
