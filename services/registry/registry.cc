#include "services/registry/registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/bytes.h"
#include "services/base/status_macros.h"
#include "services/registry/attribute.h"
#include "services/registry/criteria.h"
#include "services/registry/page_request.h"
#include "services/registry/schema_state.h"

namespace dci::registry {

Registry::Registry(storage::Store* store, const wire::Codec* codec,
                   const schema::Service* service, Spaces spaces,
                   NamedQueries named)
    : store_(store),
      codec_(codec),
      service_(service),
      spaces_(spaces),
      named_(std::move(named)) {}

absl::StatusOr<std::unique_ptr<Registry>> Registry::Open(
    storage::Store* store, const wire::Codec* codec,
    const config::v1::RegistryConfig& config) {
  const schema::Service* service = codec->model().FindService(config.service());
  if (service == nullptr)
    return absl::NotFoundError(
        absl::StrCat("no service ", config.service(), " in the schema"));
  if (service->records.empty())
    return absl::InvalidArgumentError(
        absl::StrCat(config.service(), " holds no records"));
  ASSIGN_OR_RETURN(const Spaces spaces, FindSpaces(*store));
  const std::vector<const config::v1::NamedQueryConfig*> named(
      config.named_queries().pointer_begin(),
      config.named_queries().pointer_end());
  ASSIGN_OR_RETURN(NamedQueries queries, NamedQueries::Build(named, *service));
  auto registry = std::unique_ptr<Registry>(
      new Registry(store, codec, service, spaces, std::move(queries)));
  RETURN_IF_ERROR(registry->LoadCatalog());
  return registry;
}

absl::Status Registry::LoadCatalog() {
  ASSIGN_OR_RETURN(const state::Registry state,
                   OpenState(*store_, spaces_, codec_->model(), *service_));
  std::shared_ptr<const Catalog> catalog =
      MakeCatalog(codec_->model(), *service_, state);
  std::lock_guard<std::mutex> lock(mu_);
  catalog_ = std::move(catalog);
  return absl::OkStatus();
}

std::shared_ptr<const Catalog> Registry::catalog() const {
  std::lock_guard<std::mutex> lock(mu_);
  return catalog_;
}

absl::StatusOr<SearchPage> Registry::Search(
    const v1::SearchCriteria& criteria, const storage::Snapshot& snapshot,
    const SearchOptions& options, absl::string_view continuation) const {
  const std::shared_ptr<const Catalog> catalog = this->catalog();
  ASSIGN_OR_RETURN(SearchPage page,
                   FindPage(*catalog, spaces_, named_, criteria, snapshot,
                            options, continuation));
  page.keep = catalog;
  return page;
}

absl::Status Registry::Check(const v1::SearchCriteria& criteria,
                             int max_page_size) const {
  const std::shared_ptr<const Catalog> catalog = this->catalog();
  RETURN_IF_ERROR(
      ReadPageRequest(criteria, *catalog->cursors, max_page_size, "").status());
  return ParseCriteria(*catalog, named_, criteria).status();
}

absl::StatusOr<std::vector<PageRecord>> Registry::Fetch(
    const SearchPage& page, const storage::Snapshot& snapshot) const {
  return FetchPage(page, spaces_, snapshot);
}

std::string Registry::Render(const SearchPage& page,
                             absl::Span<const PageRecord> records) const {
  return RenderPage(page, *catalog(), records);
}

absl::StatusOr<std::string> Registry::Render(
    const SearchPage& page, const storage::Snapshot& snapshot) const {
  ASSIGN_OR_RETURN(const std::vector<PageRecord> records,
                   Fetch(page, snapshot));
  return Render(page, records);
}

absl::StatusOr<RecordChange> Registry::Upsert(absl::string_view type,
                                              std::string record) const {
  const std::shared_ptr<const Catalog> catalog = this->catalog();
  const RecordType* known = catalog->FindByName(type);
  if (known == nullptr)
    return absl::NotFoundError(
        absl::StrCat("no record ", Quoted(type), " is held here"));
  ASSIGN_OR_RETURN(RecordChange change,
                   PrepareUpsert(*known, std::move(record)));
  change.keep = catalog;
  return change;
}

absl::StatusOr<RecordChange> Registry::Delete(
    absl::string_view type, absl::Span<const std::string> key_texts) const {
  const std::shared_ptr<const Catalog> catalog = this->catalog();
  const RecordType* known = catalog->FindByName(type);
  if (known == nullptr)
    return absl::NotFoundError(
        absl::StrCat("no record ", Quoted(type), " is held here"));
  ASSIGN_OR_RETURN(std::string key, PrimaryKeyOf(*known, key_texts));
  RecordChange change = PrepareDelete(*known, std::move(key));
  change.keep = catalog;
  return change;
}

absl::StatusOr<Outcome> Registry::Apply(const RecordChange& change,
                                        absl::Time now,
                                        storage::CommitView& view,
                                        bool within_bulk) const {
  if (bulk_.load() && !within_bulk)
    return absl::UnavailableError("a bulk load is running");
  ASSIGN_OR_RETURN(const Outcome outcome,
                   dci::registry::Apply(spaces_, change, now, view));
  const bool wrote =
      outcome != Outcome::kUnchanged && outcome != Outcome::kAbsent;
  if (wrote && change.log && changed_) changed_();
  return outcome;
}

void Registry::Commit(RecordChange change, absl::Time now,
                      std::function<void(absl::StatusOr<Outcome>)> done,
                      bool within_bulk) const {
  auto outcome = std::make_shared<Outcome>();
  std::vector<storage::Key> keys = change.Keys(spaces_);
  store_->Commit({std::move(keys),
                  [this, change = std::move(change), now, within_bulk,
                   outcome](storage::CommitView& view) -> absl::Status {
                    ASSIGN_OR_RETURN(*outcome,
                                     Apply(change, now, view, within_bulk));
                    return absl::OkStatus();
                  },
                  [outcome, done = std::move(done)](absl::Status status) {
                    if (!done) return;
                    if (status.ok()) {
                      done(*outcome);
                    } else {
                      done(std::move(status));
                    }
                  }});
}

absl::StatusOr<PassStats> Registry::ExecuteIndexPass(absl::Time now,
                                                     int max_records) {
  ASSIGN_OR_RETURN(
      const PassStats stats,
      TakeIndexStep(*store_, spaces_, *catalog(), *codec_, now, max_records));
  RETURN_IF_ERROR(LoadCatalog());
  return stats;
}

absl::Status Registry::BeginBulk() {
  if (bulk_.exchange(true))
    return absl::UnavailableError("a bulk load is running");
  // Changes handed over before the flag was seen are done after this.
  store_->Drain();
  const std::unique_ptr<storage::Snapshot> snapshot = store_->GetSnapshot();
  const std::shared_ptr<const Catalog> catalog = this->catalog();
  if (absl::Status guarded = bulk_guard_ ? bulk_guard_() : absl::OkStatus();
      !guarded.ok()) {
    bulk_.store(false);
    return guarded;
  }
  for (const RecordType& type : catalog->types) {
    const auto cursor = snapshot->Scan(
        storage::ScanOptions::Prefix(spaces_.records, IdPrefix(type.id)));
    if (!cursor->Valid() && cursor->status().ok()) continue;
    bulk_.store(false);
    RETURN_IF_ERROR(cursor->status());
    return absl::FailedPreconditionError("the registry is not empty");
  }
  return absl::OkStatus();
}

void Registry::EndBulk() {
  if (bulk_loaded_) bulk_loaded_();
  bulk_.store(false);
}

}  // namespace dci::registry
