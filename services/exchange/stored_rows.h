// Reading rows that are protobuf messages.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_STORED_ROWS_H_
#define CONVERGENCE_SERVICES_EXCHANGE_STORED_ROWS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/base/status_macros.h"
#include "services/storage/store.h"

namespace dci::exchange {

// INTERNAL where the bytes are no Row.
template <typename Row>
absl::StatusOr<Row> ParseRow(absl::string_view bytes) {
  Row row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InternalError("a row of the store cannot be read");
  }
  return row;
}

// The row under `key`, or nothing.
template <typename Row>
absl::StatusOr<std::optional<Row>> FindRow(const storage::View& view,
                                           storage::Space space,
                                           absl::string_view key) {
  absl::StatusOr<std::optional<Row>> result(std::nullopt);
  RETURN_IF_ERROR(
      view.Visit(space, absl::MakeConstSpan(&key, 1),
                 [&](size_t, std::optional<absl::string_view> value) {
                   if (!value.has_value()) return;
                   absl::StatusOr<Row> row = ParseRow<Row>(*value);
                   if (row.ok()) {
                     result = *std::move(row);
                   } else {
                     result = row.status();
                   }
                 }));
  return result;
}

// The row under `key`, or an empty one.
template <typename Row>
absl::StatusOr<Row> ReadRow(const storage::View& view, storage::Space space,
                            absl::string_view key) {
  ASSIGN_OR_RETURN(std::optional<Row> row, FindRow<Row>(view, space, key));
  return row.has_value() ? *std::move(row) : Row();
}

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_STORED_ROWS_H_
