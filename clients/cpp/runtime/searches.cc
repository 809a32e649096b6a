#include "clients/cpp/runtime/searches.h"

#include <string>

namespace dci::client {
namespace {

constexpr int kPageSize = 100;

}  // namespace

dci::registry::v1::SearchRequest NewSearch(absl::string_view record_type,
                                           IdSource* ids, Clock* clock) {
  dci::registry::v1::SearchRequest request;
  request.set_transaction_id(ids->NewId());
  auto* item = request.add_search_request();
  item->set_reference_id(ids->NewId());
  item->set_timestamp(FormatTimestamp(clock->Now()));
  auto* criteria = item->mutable_search_criteria();
  criteria->set_version("1.0.0");
  criteria->set_reg_record_type(std::string(record_type));
  criteria->mutable_pagination()->set_page_size(kPageSize);
  criteria->mutable_pagination()->set_page_number(1);
  return request;
}

void AskForIdentifier(absl::string_view type, absl::string_view value,
                      dci::registry::v1::SearchRequest* request) {
  for (auto& item : *request->mutable_search_request()) {
    auto* criteria = item.mutable_search_criteria();
    criteria->set_query_type("idtype-value");
    criteria->mutable_idtype_value()->set_type(std::string(type));
    criteria->mutable_idtype_value()->set_value(std::string(value));
  }
}

}  // namespace dci::client
