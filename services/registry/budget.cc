#include "services/registry/budget.h"

#include "absl/strings/str_cat.h"
#include "services/schema/reason.h"

namespace dci::registry {

absl::Status Budget::status() const {
  if (!exhausted()) return absl::OkStatus();
  return schema::Refusal(
      common::v1::REASON_SEARCH_TOO_MANY_RECORDS_FOUND,
      absl::StrCat("more than ", limit_,
                   " records would have to be looked at: "
                   "ask for an indexed attribute or search asynchronously"));
}

}  // namespace dci::registry
