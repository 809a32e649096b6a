#include "clients/cpp/runtime/pages.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/schema/reason.h"

namespace dci::client {
namespace {

using dci::registry::v1::PaginationRequest;
using dci::registry::v1::SearchResponseItem;

}  // namespace

Pages::Pages(dci::registry::v1::SearchRequest request, Search search)
    : request_(std::move(request)),
      search_(std::move(search)),
      page_(absl::UnknownError("begin() was not called")) {}

Pages::Iterator Pages::begin() {
  page_ = Fetch();
  return Iterator(this);
}

bool Pages::Next() {
  if (!page_.ok() || !Advance()) return false;
  page_ = Fetch();
  return true;
}

Pages::Page Pages::Fetch() {
  if (request_.search_request_size() != 1) {
    return absl::InvalidArgumentError(
        "pages are of one search, not of a batch");
  }
  auto response = search_(request_);
  if (!response.ok()) return response.status();
  if (response->search_response_size() != 1) {
    return absl::DataLossError("the answer has not one item");
  }
  SearchResponseItem item = std::move(*response->mutable_search_response(0));
  if (item.status() == dci::common::v1::REQUEST_STATUS_RJCT) {
    const std::string text = absl::StrCat(item.status_reason_code(), ": ",
                                          item.status_reason_message());
    const auto reason = schema::ReasonFromText(item.status_reason_code());
    return reason.has_value() ? schema::Refusal(*reason, text)
                              : absl::InvalidArgumentError(text);
  }
  fetched_ += item.data().reg_records_size();
  return item;
}

bool Pages::Advance() {
  const dci::registry::v1::Pagination& given = page_->pagination();
  // A page without records ends the range whatever it says of the total, so
  // that no answer can keep it going for ever.
  if (page_->data().reg_records_size() == 0) return false;
  PaginationRequest* wanted = request_.mutable_search_request(0)
                                  ->mutable_search_criteria()
                                  ->mutable_pagination();
  if (given.has_next_cursor()) {
    wanted->set_cursor(given.next_cursor());
    wanted->clear_page_number();
    return true;
  }
  if (wanted->has_cursor() || fetched_ >= given.total_count()) return false;
  wanted->set_page_number(std::max(1, wanted->page_number()) + 1);
  return true;
}

}  // namespace dci::client
