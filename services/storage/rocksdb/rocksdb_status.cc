#include "services/storage/rocksdb/rocksdb_status.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace dci::storage {

absl::Status OpenStatus(const rocksdb::Status& status, absl::string_view path) {
  if (status.ok()) return absl::OkStatus();
  const std::string text =
      absl::StrCat("cannot open store ", path, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsInvalidArgument()) return absl::InvalidArgumentError(text);
  return absl::UnavailableError(text);
}

absl::Status EngineStatus(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("RocksDB: ", status.ToString()));
}

}  // namespace dci::storage
