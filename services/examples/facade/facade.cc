// facade: a civil registry in front of a PostgreSQL table, until SIGTERM or
// SIGINT. The database is the one that PGHOST, PGDATABASE and so on name.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dci/registry/v1/search.pb.h"
#include "services/base/status_macros.h"
#include "services/examples/facade/citizens.h"
#include "services/exchange/typed_handler.h"
#include "services/registry/criteria.h"
#include "services/registry/search.h"
#include "services/registry/search_handler.h"
#include "services/registry/writer.h"
#include "services/schema/reason.h"
#include "services/server/domain.h"
#include "services/server/flags.h"
#include "services/server/registry_domain.h"
#include "services/server/run.h"

namespace dci::facade {
namespace {

constexpr char kService[] = "dci.crvs.v1.CivilRegistry";
constexpr int kFollowed = 500;  // rows a step

using Item = registry::v1::SearchRequestItem;
using Answer = registry::v1::SearchResponseItem;

class CitizenSearch : public exchange::TypedSearchHandler<Item, Answer> {
 public:
  // All outlive this; `registries` is started before it is asked anything.
  CitizenSearch(const server::RegistryDomain* registries, Citizens* citizens,
                int max_page_size)
      : registries_(registries),
        citizens_(citizens),
        max_page_size_(max_page_size) {}

  absl::Status ValidateItem(const exchange::ItemContext& context,
                            const Item& item) const override {
    return FilterOf(item.search_criteria()).status();
  }

  absl::StatusOr<exchange::TypedOutcome<Answer>> SearchItem(
      const exchange::ItemContext& context, const Item& item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override {
    const auto& paging = item.search_criteria().pagination();
    ASSIGN_OR_RETURN(const Filter filter, FilterOf(item.search_criteria()));
    const registry::Registry& registry = registries_->registry(0);
    registry::SearchPage page;
    const auto catalog = registry.catalog();
    page.type = &catalog->types.front();
    page.page_size =
        paging.has_page_size() ? paging.page_size() : max_page_size_;
    int number = std::max(1, paging.page_number());
    // Who asks for a later page wants that one; else all are called back.
    const bool all_pages =
        number == 1 && context.request->method->mode == schema::Mode::kAsync;
    if (!continuation.empty() && !absl::SimpleAtoi(continuation, &number))
      return absl::InternalError("unreadable continuation");
    page.page_number = number;
    const int64_t end = int64_t{number} * page.page_size;
    ASSIGN_OR_RETURN(const Found found, citizens_->Find(filter, page.page_size,
                                                        end - page.page_size));
    page.total = found.total;
    std::vector<registry::PageRecord> records;
    for (const crvs::v1::Person& person : found.persons)
      records.push_back({"", person.SerializeAsString()});
    exchange::TypedOutcome<Answer> result;
    if (!result.answer.ParseFromString(registry.Render(page, records)))
      return absl::InternalError("unreadable page");
    if (all_pages && end < static_cast<int64_t>(found.total))
      result.outcome.continuation = absl::StrCat(number + 1);
    return result;
  }

 private:
  absl::StatusOr<Filter> FilterOf(
      const registry::v1::SearchCriteria& criteria) const {
    const registry::Registry& registry = registries_->registry(0);
    // What the standard refuses, before what this table cannot.
    RETURN_IF_ERROR(registry.Check(criteria, max_page_size_));
    if (criteria.sort_size() > 0 || criteria.pagination().has_cursor())
      return schema::Refusal(common::v1::REASON_SEARCH_CRITERIA_INVALID,
                             "neither sort nor cursors are offered here");
    ASSIGN_OR_RETURN(
        const registry::SentQuery sent,
        registry::ParseQuery(registry.service(), registry.named(), criteria));
    Filter filter;
    ASSIGN_OR_RETURN(filter.sql, ToSql(sent.condition, &filter.values));
    return filter;
  }

  const server::RegistryDomain* const registries_;
  Citizens* const citizens_;
  const int max_page_size_;
};

// Searches are answered from the table. Subscriptions, transaction status and
// capabilities are those of any registry: a pass reads what changed in the
// table into its store, which is what subscribers are told of.
class FacadeDomain : public server::RegistryDomain {
 public:
  using RegistryDomain::RegistryDomain;

  // INVALID_ARGUMENT for anything but one civil registry, and for rules on
  // reading, which searches of the table would pass by.
  absl::Status Start(const server::DomainParts& parts,
                     server::Served* served) override {
    const config::v1::ServerConfig& config = *parts.config;
    if (config.registries_size() != 1 ||
        config.registries(0).service() != kService ||
        config.registries(0).has_disclosure() || config.has_consent())
      return absl::InvalidArgumentError("one civil registry, no read rules");
    // Before the registry, which leaves alone what is served.
    RETURN_IF_ERROR(exchange::RegisterMethod(
        parts.codec->model(), absl::StrCat(kService, ".Search"),
        std::make_shared<const CitizenSearch>(
            this, &citizens_,
            registry::OptionsOf(config.limits()).max_page_size),
        parts.handlers));
    RETURN_IF_ERROR(RegistryDomain::Start(parts, served));
    served->passes.push_back({"changes of the table",
                              [this](absl::Time now) { return Follow(now); }});
    return absl::OkStatus();
  }

 private:
  // True where there is more.
  absl::StatusOr<bool> Follow(absl::Time now) {
    const registry::Registry& registry = this->registry(0);
    Position next = followed_;
    ASSIGN_OR_RETURN(const std::vector<crvs::v1::Person> changed,
                     citizens_.Changed(kFollowed, &next));
    for (const crvs::v1::Person& person : changed) {
      ASSIGN_OR_RETURN(registry::RecordChange change,
                       registry.Upsert("Person", person.SerializeAsString()));
      // What is as it was writes nothing.
      RETURN_IF_ERROR(storage::CommitAndWait(
          registry.store(), change.Keys(registry.spaces()),
          [&](storage::CommitView& view) {
            return registry.Apply(change, now, view).status();
          }));
    }
    followed_ = next;
    return changed.size() == kFollowed;
  }

  Citizens citizens_;
  Position followed_;  // from the beginning after each start
};

std::vector<std::unique_ptr<server::Domain>> Domains(
    const config::v1::ServerConfig& config) {
  std::vector<std::unique_ptr<server::Domain>> domains;
  domains.push_back(
      std::make_unique<FacadeDomain>(std::vector<config::v1::RegistryConfig>(
          config.registries().begin(), config.registries().end())));
  return domains;
}

}  // namespace
}  // namespace dci::facade

int main(int argc, char** argv) {
  const absl::Status status = dci::server::RunServer(
      dci::server::ParseServerFlags(argc, argv), dci::facade::Domains);
  if (status.ok()) return 0;
  std::fprintf(stderr, "facade: %s\n", status.ToString().c_str());
  return 1;
}
