// FetchPage and RenderPage of search.h.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/registry/search.h"
#include "services/wire/wire_bytes.h"
#include "services/wire/wire_fields.h"

namespace dci::registry {
namespace {

constexpr int kAnyTypeUrl = 1;
constexpr int kAnyValue = 2;

size_t VarintSize(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// One element of SearchData.reg_records.
void AppendRecord(std::string* data, absl::string_view type_url,
                  absl::string_view record) {
  const size_t size = 1 + VarintSize(type_url.size()) + type_url.size() + 1 +
                      VarintSize(record.size()) + record.size();
  wire::AppendVarint(
      v1::SearchData::kRegRecordsFieldNumber << 3 | wire::kLength, data);
  wire::AppendVarint(size, data);
  wire::AppendBytesField(data, kAnyTypeUrl, type_url);
  wire::AppendBytesField(data, kAnyValue, record);
}

std::string RenderPagination(const SearchPage& page) {
  v1::Pagination pagination;
  pagination.set_page_size(page.page_size);
  if (page.page_number.has_value())
    pagination.set_page_number(*page.page_number);
  if (page.total.has_value())
    pagination.set_total_count(static_cast<int32_t>(*page.total));
  if (!page.next.empty()) pagination.set_next_cursor(page.next);
  return pagination.SerializeAsString();
}

}  // namespace

absl::StatusOr<std::vector<PageRecord>> FetchPage(
    const SearchPage& page, const Spaces& spaces,
    const storage::Snapshot& snapshot) {
  std::vector<std::string> keys;
  for (const std::string& primary_key : page.primary_keys)
    keys.push_back(RecordKey(*page.type, primary_key));
  // The store may visit in any order.
  ASSIGN_OR_RETURN(
      std::vector<std::optional<std::string>> found,
      snapshot.MultiGet(spaces.records, std::vector<absl::string_view>(
                                            keys.begin(), keys.end())));
  std::vector<PageRecord> records;
  for (size_t i = 0; i < found.size(); ++i)
    if (found[i].has_value())
      records.push_back({page.primary_keys[i], *std::move(found[i])});
  return records;
}

std::string RenderPage(const SearchPage& page, const Catalog& catalog,
                       absl::Span<const PageRecord> records) {
  std::string data;
  wire::AppendBytesField(&data, v1::SearchData::kVersionFieldNumber, "1.0.0");
  if (!catalog.service->reg_type.empty())
    wire::AppendBytesField(&data, v1::SearchData::kRegTypeFieldNumber,
                           catalog.service->reg_type);
  wire::AppendBytesField(&data, v1::SearchData::kRegRecordTypeFieldNumber,
                         page.type->name());
  const std::string url =
      absl::StrCat("type.googleapis.com/", page.type->message->full_name);
  for (const PageRecord& record : records)
    AppendRecord(&data, url, record.bytes);
  std::string item;
  wire::AppendBytesField(&item, v1::SearchResponseItem::kDataFieldNumber, data);
  wire::AppendBytesField(&item, v1::SearchResponseItem::kPaginationFieldNumber,
                         RenderPagination(page));
  return item;
}

}  // namespace dci::registry
