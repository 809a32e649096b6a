#include "services/registry/page_request.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/base/hash.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

absl::Status Invalid(absl::string_view text) {
  return schema::Refusal(common::v1::REASON_PAGINATION_INVALID, text);
}

// What a cursor belongs to: all of the criteria but the page. The sender's
// artefacts may be renewed between pages.
std::string Digest(const v1::SearchCriteria& criteria) {
  v1::SearchCriteria query = criteria;
  query.clear_pagination();
  query.clear_consent();
  query.clear_authorize();
  return Sha256(query.SerializeAsString()).substr(0, 8);
}

absl::StatusOr<state::Cursor> ReadCursor(const v1::SearchCriteria& criteria,
                                         const Sealer& cursors,
                                         absl::string_view text) {
  std::string sealed;
  state::Cursor cursor;
  if (!absl::WebSafeBase64Unescape(text, &sealed))
    return Invalid("cursor is none of this registry");
  const std::optional<std::string> bytes = cursors.Open(sealed);
  if (!bytes.has_value() || !cursor.ParseFromString(*bytes) ||
      cursor.position().empty())
    return Invalid("cursor is none of this registry");
  if (cursor.criteria() != Digest(criteria))
    return Invalid("cursor belongs to another search");
  return cursor;
}

// A page that could not be read is kept beside the fields: it was asked for.
absl::Status CheckExtras(const v1::PaginationRequest& pagination) {
  for (const common::v1::Extra& extra : pagination.extras())
    for (absl::string_view name : {"page_size", "page_number", "cursor"})
      if (extra.path() == name)
        return Invalid(absl::StrCat(name, " cannot be read"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PageRequest> ReadPageRequest(const v1::SearchCriteria& criteria,
                                            const Sealer& cursors,
                                            int max_page_size,
                                            absl::string_view continuation) {
  const v1::PaginationRequest& pagination = criteria.pagination();
  RETURN_IF_ERROR(CheckExtras(pagination));
  PageRequest page;
  page.size =
      pagination.has_page_size() ? pagination.page_size() : max_page_size;
  page.number = pagination.has_page_number() ? pagination.page_number() : 1;
  if (page.size < 1 || page.size > max_page_size)
    return Invalid(absl::StrCat("page_size must be from 1 to ", max_page_size));
  if (page.number < 1) return Invalid("page_number counts from 1");
  const bool by_caller = continuation.empty();
  const std::string text =
      by_caller ? pagination.cursor() : std::string(continuation);
  if (text.empty()) return page;
  if (by_caller && pagination.has_page_number())
    return Invalid("cursor and page_number exclude each other");
  ASSIGN_OR_RETURN(page.cursor, ReadCursor(criteria, cursors, text));
  return page;
}

std::string WriteCursor(const v1::SearchCriteria& criteria,
                        const Sealer& cursors, state::Cursor cursor) {
  cursor.set_criteria(Digest(criteria));
  return absl::WebSafeBase64Escape(cursors.Seal(cursor.SerializeAsString()));
}

}  // namespace dci::registry
