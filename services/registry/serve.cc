#include "services/registry/serve.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dci/registry/v1/search.pb.h"
#include "services/base/status_macros.h"
#include "services/schema/model.h"
#include "services/schema/reason.h"

namespace dci::registry {
namespace {

constexpr char kSearchItem[] = "dci.registry.v1.SearchRequestItem";

bool IsSearch(const schema::Method& method) {
  return method.items != nullptr && method.items->message != nullptr &&
         method.items->message->full_name == kSearchItem &&
         (method.mode == schema::Mode::kAsync ||
          method.mode == schema::Mode::kSync);
}

std::string RegTypeOf(absl::string_view item) {
  v1::SearchRequestItem parsed;
  if (!parsed.ParseFromArray(item.data(), static_cast<int>(item.size())))
    return "";
  return parsed.search_criteria().reg_type();
}

}  // namespace

absl::Status ServeSearch(const Registry& registry, const SearchOptions& options,
                         exchange::HandlerRegistry* handlers) {
  const auto search = std::make_shared<RegistrySearch>(&registry, options);
  bool served = false;
  for (const schema::Method& method : registry.service().methods) {
    if (!IsSearch(method)) continue;
    served = true;
    // The synchronous form of a method that came before.
    if (handlers->Find(method.full_name) != nullptr) continue;
    RETURN_IF_ERROR(handlers->Register(
        method, std::shared_ptr<const exchange::SearchHandler>(search)));
  }
  if (served) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(registry.service().full_name, " has no searches"));
}

AnyRegistrySearch::AnyRegistrySearch(std::vector<ServedRegistry> registries) {
  for (ServedRegistry& served : registries) {
    RegistrySearch search(served.registry, served.options);
    choices_.push_back({std::move(served), std::move(search)});
  }
}

absl::StatusOr<const AnyRegistrySearch::Choice*> AnyRegistrySearch::Choose(
    const exchange::ItemContext& context, absl::string_view item) const {
  const std::string receiver =
      context.request == nullptr ? "" : context.request->header.receiver_id();
  for (const Choice& choice : choices_) {
    const std::vector<std::string>& ids = choice.served.receiver_ids;
    if (std::find(ids.begin(), ids.end(), receiver) != ids.end())
      return &choice;
  }
  const std::string reg_type = RegTypeOf(item);
  for (const Choice& choice : choices_) {
    const std::string& own = choice.served.registry->service().reg_type;
    if (!reg_type.empty() &&
        absl::EqualsIgnoreCase(schema::LastSegment(reg_type),
                               schema::LastSegment(own)))
      return &choice;
  }
  if (choices_.size() == 1) return &choices_.front();
  return schema::Refusal(
      common::v1::REASON_SEARCH_CRITERIA_INVALID,
      "neither receiver_id nor reg_type names a registry that is held here");
}

absl::Status AnyRegistrySearch::Validate(const exchange::ItemContext& context,
                                         absl::string_view item) const {
  ASSIGN_OR_RETURN(const Choice* choice, Choose(context, item));
  return choice->search.Validate(context, item);
}

absl::StatusOr<exchange::ItemOutcome> AnyRegistrySearch::Search(
    const exchange::ItemContext& context, absl::string_view item,
    const storage::Snapshot& snapshot, absl::string_view continuation) const {
  ASSIGN_OR_RETURN(const Choice* choice, Choose(context, item));
  return choice->search.Search(context, item, snapshot, continuation);
}

}  // namespace dci::registry
