#include "services/registry/export.h"

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/attribute.h"

namespace dci::registry {

absl::StatusOr<ExportPage> Export(
    const Registry& registry, const storage::Snapshot& snapshot,
    absl::string_view type, schema::Dialect dialect, absl::string_view position,
    int max_records, size_t max_bytes, std::vector<PageRecord>* given) {
  const std::shared_ptr<const Catalog> catalog = registry.catalog();
  const RecordType* known = catalog->FindByName(type);
  if (known == nullptr)
    return absl::NotFoundError(
        absl::StrCat("no record ", Quoted(type), " is held here"));
  const std::string prefix = IdPrefix(known->id);
  storage::ScanOptions range =
      storage::ScanOptions::Prefix(registry.spaces().records, prefix);
  // The least key beyond the position.
  if (!position.empty())
    range.begin = absl::StrCat(prefix, position, absl::string_view("\0", 1));
  ExportPage page;
  std::string last;
  const auto cursor = snapshot.Scan(range);
  for (; cursor->Valid() && page.records < max_records &&
         page.lines.size() < max_bytes;
       cursor->Next(), ++page.records) {
    const absl::Status written = registry.codec().WireToJson(
        *known->message, cursor->value(), dialect, &page.lines);
    if (!written.ok())
      return absl::InternalError(
          absl::StrCat("a stored ", known->name(),
                       " cannot be written: ", written.message()));
    page.lines.push_back('\n');
    last = std::string(cursor->key().substr(prefix.size()));
    if (given != nullptr)
      given->push_back({last, std::string(cursor->value())});
  }
  RETURN_IF_ERROR(cursor->status());
  if (cursor->Valid()) page.next = last;
  return page;
}

}  // namespace dci::registry
