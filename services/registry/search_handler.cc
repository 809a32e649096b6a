#include "services/registry/search_handler.h"

#include <utility>

#include "dci/registry/v1/search.pb.h"
#include "services/base/status_macros.h"
#include "services/registry/consent.h"
#include "services/registry/disclosure.h"
#include "services/schema/model.h"
#include "services/schema/reason.h"
#include "services/trust/participants.h"

namespace dci::registry {
namespace {

// Some clients, and a test kit, write `pagination` beside search_criteria.
absl::Status AdoptPagination(const wire::Codec& codec,
                             v1::SearchRequestItem* item) {
  if (item->search_criteria().has_pagination()) return absl::OkStatus();
  const schema::Message* type =
      codec.model().FindMessage("dci.registry.v1.PaginationRequest");
  for (const common::v1::Extra& extra : item->extras()) {
    if (extra.path() != "pagination" || type == nullptr) continue;
    const auto bytes = codec.JsonToWire(*type, extra.json(), nullptr);
    if (!bytes.ok() ||
        !item->mutable_search_criteria()->mutable_pagination()->ParseFromString(
            *bytes))
      return schema::Refusal(common::v1::REASON_PAGINATION_INVALID,
                             "pagination cannot be read");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SearchRequestItem> ParseItem(const Registry& registry,
                                                absl::string_view bytes) {
  v1::SearchRequestItem item;
  if (!item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "the item cannot be read");
  if (!item.has_search_criteria())
    return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                           "search_criteria is missing");
  RETURN_IF_ERROR(AdoptPagination(registry.codec(), &item));
  return item;
}

const schema::Method* MethodOf(const exchange::ItemContext& context) {
  return context.request == nullptr ? nullptr : context.request->method;
}

bool IsStreamed(const exchange::ItemContext& context) {
  const schema::Method* method = MethodOf(context);
  return method != nullptr && method->server_streaming;
}

bool GivesAllPages(const exchange::ItemContext& context) {
  const schema::Method* method = MethodOf(context);
  return IsStreamed(context) ||
         (method != nullptr && method->mode == schema::Mode::kAsync);
}

// What the sender may see by its consent and authority as of now.
absl::StatusOr<Permit> Judge(const Registry& registry,
                             const exchange::ItemContext& context,
                             const v1::SearchCriteria& criteria) {
  const ConsentGate* gate = registry.read_rules().consent;
  if (gate == nullptr || context.request == nullptr) return Permit();
  const auto& sender = context.request->sender;
  return gate->Judge(sender == nullptr ? nullptr : &sender->config(),
                     context.request->sender_id, criteria.consent().text(),
                     criteria.authorize().text(), context.now);
}

// What writes the answer's row; empty where nothing is to be written.
absl::StatusOr<DisclosureLog::Write> WriteDown(
    const Registry& registry, const exchange::ItemContext& context,
    const Permit& permit, const SearchPage& page,
    const std::vector<PageRecord>& records, const storage::Snapshot& snapshot) {
  const DisclosureLog* log = registry.read_rules().log;
  if (log == nullptr) return DisclosureLog::Write();
  std::vector<DisclosedRecord> disclosed;
  for (const PageRecord& record : records)
    disclosed.push_back({record.primary_key, record.bytes});
  DisclosureContext disclosure = DisclosureOf(context);
  disclosure.purpose = permit.purpose();
  disclosure.consent_id = permit.consent_id();
  return log->Prepare(disclosure, *page.type->message, disclosed, snapshot);
}

}  // namespace

SearchOptions OptionsOf(const config::v1::Limits& limits) {
  SearchOptions options;
  if (limits.max_page_size() > 0)
    options.max_page_size = limits.max_page_size();
  if (limits.max_sync_matches() > 0)
    options.max_matches = static_cast<uint64_t>(limits.max_sync_matches());
  return options;
}

absl::Status RegistrySearch::Validate(const exchange::ItemContext& context,
                                      absl::string_view item) const {
  ASSIGN_OR_RETURN(const v1::SearchRequestItem request,
                   ParseItem(*registry_, item));
  RETURN_IF_ERROR(
      registry_->Check(request.search_criteria(), options_.max_page_size));
  // Who waits for a callback should hear of it before; everybody else hears it
  // in the item itself, by its own code. Judged again when it is decided.
  const schema::Method* method = MethodOf(context);
  if (method == nullptr || method->mode != schema::Mode::kAsync)
    return absl::OkStatus();
  const absl::Status judged =
      Judge(*registry_, context, request.search_criteria()).status();
  return absl::IsUnavailable(judged) ? absl::OkStatus() : judged;
}

absl::StatusOr<exchange::ItemOutcome> RegistrySearch::Search(
    const exchange::ItemContext& context, absl::string_view item,
    const storage::Snapshot& snapshot, absl::string_view continuation) const {
  ASSIGN_OR_RETURN(const v1::SearchRequestItem request,
                   ParseItem(*registry_, item));
  const v1::SearchCriteria& criteria = request.search_criteria();
  SearchOptions options =
      GivesAllPages(context) ? SearchOptions::AllPages() : options_;
  options.max_page_size = options_.max_page_size;
  ASSIGN_OR_RETURN(const Permit permit, Judge(*registry_, context, criteria));
  if (permit.restricts())
    options.narrow = [&permit](std::vector<Target>* targets) {
      return permit.Narrow(targets);
    };
  ASSIGN_OR_RETURN(SearchPage page, registry_->Search(criteria, snapshot,
                                                      options, continuation));
  // Who asks for a later page by its number wants that one.
  const bool one_page = criteria.pagination().page_number() > 1;
  exchange::ItemOutcome outcome;
  if (options.all_pages && !one_page && !page.next.empty())
    outcome.continuation = page.next;
  if (IsStreamed(context)) {
    // Who is cut off resumes with the cursor; the count came first.
    if (!continuation.empty()) page.total.reset();
  } else if (outcome.continuation.has_value()) {
    page.next.clear();
  }
  outcome.reason_message = page.note;
  ASSIGN_OR_RETURN(std::vector<PageRecord> records,
                   registry_->Fetch(page, snapshot));
  if (permit.restricts())
    for (PageRecord& record : records)
      record.bytes = permit.Cut(*page.type, record.bytes);
  outcome.result = registry_->Render(page, records);
  ASSIGN_OR_RETURN(outcome.record, WriteDown(*registry_, context, permit, page,
                                             records, snapshot));
  return outcome;
}

}  // namespace dci::registry
