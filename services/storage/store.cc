#include "services/storage/store.h"

#include <future>

#include "services/base/bytes.h"
#include "services/base/status_macros.h"

namespace dci::storage {
namespace {

std::optional<std::string> Owned(std::optional<absl::string_view> value) {
  if (!value.has_value()) return std::nullopt;
  return std::string(*value);
}

}  // namespace

absl::StatusOr<std::optional<std::string>> View::Get(
    Space space, absl::string_view key) const {
  std::optional<std::string> result;
  RETURN_IF_ERROR(Visit(space, absl::MakeConstSpan(&key, 1),
                        [&](size_t, std::optional<absl::string_view> value) {
                          result = Owned(value);
                        }));
  return result;
}

absl::StatusOr<std::vector<std::optional<std::string>>> View::MultiGet(
    Space space, absl::Span<const absl::string_view> keys) const {
  std::vector<std::optional<std::string>> result(keys.size());
  RETURN_IF_ERROR(
      Visit(space, keys, [&](size_t i, std::optional<absl::string_view> value) {
        result[i] = Owned(value);
      }));
  return result;
}

ScanOptions ScanOptions::Prefix(Space space, absl::string_view prefix,
                                bool reverse) {
  return {space, std::string(prefix), PrefixEnd(prefix), reverse};
}

absl::Status CommitAndWait(Store& store, std::vector<Key> keys,
                           std::function<absl::Status(CommitView&)> apply) {
  std::promise<absl::Status> promise;
  store.Commit({std::move(keys), std::move(apply), [&](absl::Status status) {
                  promise.set_value(std::move(status));
                }});
  return promise.get_future().get();
}

}  // namespace dci::storage
