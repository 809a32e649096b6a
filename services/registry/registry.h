// A registry: the records of one service, in a store.
//
//   ASSIGN_OR_RETURN(auto registry, Registry::Open(&store, &codec, options));
//   ASSIGN_OR_RETURN(SearchPage page, registry->Search(criteria, *snapshot,
//                                                      SearchOptions()));
//
// Everything it does follows from the service's schema; nothing here knows
// what a registry is about.
#ifndef CONVERGENCE_SERVICES_REGISTRY_REGISTRY_H_
#define CONVERGENCE_SERVICES_REGISTRY_REGISTRY_H_

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/server.pb.h"
#include "dci/registry/v1/search.pb.h"
#include "services/registry/index_pass.h"
#include "services/registry/layout.h"
#include "services/registry/named_query.h"
#include "services/registry/record_type.h"
#include "services/registry/search.h"
#include "services/registry/writer.h"
#include "services/schema/model.h"
#include "services/storage/store.h"
#include "services/wire/codec.h"

namespace dci::trust {
class ParticipantDirectory;
}

namespace dci::registry {

class ConsentGate;
class DisclosureLog;

// What holds for answers with records. What is pointed to outlives the
// registry.
struct ReadRules {
  // Where they are written down before they leave; null: nowhere.
  const DisclosureLog* log = nullptr;
  // Who may see what; null: everybody everything.
  const ConsentGate* consent = nullptr;
  // Where senders are looked up by whom nothing is asked just now; not null
  // where `consent` is not.
  const trust::ParticipantDirectory* participants = nullptr;
};

// Thread-safe.
class Registry {
 public:
  // `config.service` names the service. The store must have been opened with
  // SpaceNames(); it and the codec, with its model, must outlive the registry.
  // Several registries may share a store.
  //
  // NOT_FOUND: the model has no such service, or the store not the spaces;
  // INVALID_ARGUMENT: the service holds no records, or a named query is wrong;
  // FAILED_PRECONDITION: the store holds records that this schema cannot
  // read, with a line for each difference. Blocks on the store.
  static absl::StatusOr<std::unique_ptr<Registry>> Open(
      storage::Store* store, const wire::Codec* codec,
      const config::v1::RegistryConfig& config);

  // Record types and indexes as of now; never null.
  std::shared_ptr<const Catalog> catalog() const;
  const schema::Service& service() const { return *service_; }
  const wire::Codec& codec() const { return *codec_; }
  const Spaces& spaces() const { return spaces_; }
  storage::Store& store() const { return *store_; }
  std::vector<std::string> named_queries() const { return named_.names(); }
  const NamedQueries& named() const { return named_; }

  // See FindPage, ParseCriteria and RenderPage.
  absl::StatusOr<SearchPage> Search(const v1::SearchCriteria& criteria,
                                    const storage::Snapshot& snapshot,
                                    const SearchOptions& options,
                                    absl::string_view continuation = "") const;
  absl::Status Check(const v1::SearchCriteria& criteria,
                     int max_page_size) const;
  absl::StatusOr<std::vector<PageRecord>> Fetch(
      const SearchPage& page, const storage::Snapshot& snapshot) const;
  std::string Render(const SearchPage& page,
                     absl::Span<const PageRecord> records) const;
  // Fetches and renders: for who does not give the page away.
  absl::StatusOr<std::string> Render(const SearchPage& page,
                                     const storage::Snapshot& snapshot) const;

  // Set before anything is served. Whoever gives records away by other means
  // than RegistrySearch goes by them too.
  void SetReadRules(ReadRules rules) { read_rules_ = rules; }
  const ReadRules& read_rules() const { return read_rules_; }

  // Changes for a commit of the caller's own, which must call Apply of this
  // class. NOT_FOUND where the service holds no such record; else as
  // PrepareUpsert. `type` is a text of "@type".
  absl::StatusOr<RecordChange> Upsert(absl::string_view type,
                                      std::string record) const;
  absl::StatusOr<RecordChange> Delete(
      absl::string_view type, absl::Span<const std::string> key_texts) const;
  // As the function of writer.h; UNAVAILABLE while a bulk load runs, but for
  // the changes of that load itself.
  absl::StatusOr<Outcome> Apply(const RecordChange& change, absl::Time now,
                                storage::CommitView& view,
                                bool within_bulk = false) const;

  // `changed` is called by every Apply that wrote a change row, in the store's
  // serial stage and before the change is durable: it must be quick, and may
  // be called for a change that is not committed after all. Set once, before
  // there are changes.
  void SetChangeListener(std::function<void()> changed) {
    changed_ = std::move(changed);
  }
  // Where it says so, BeginBulk refuses: somebody has to be told of each
  // record. Set once, before there are changes.
  void SetBulkGuard(std::function<absl::Status()> guard) {
    bulk_guard_ = std::move(guard);
  }
  // Called by EndBulk of a load that wrote past the change log; may block.
  void SetBulkListener(std::function<void()> loaded) {
    bulk_loaded_ = std::move(loaded);
  }

  // Commits one change; `done` as Transaction::done.
  void Commit(RecordChange change, absl::Time now,
              std::function<void(absl::StatusOr<Outcome>)> done,
              bool within_bulk = false) const;

  // Takes one step of what a changed schema leaves to do, see TakeIndexStep.
  // One at a time; an index is used from the search after the one that
  // finished it.
  absl::StatusOr<PassStats> ExecuteIndexPass(absl::Time now,
                                             int max_records = 256);

  // Bulk loading writes rows without reading what is there, so it needs the
  // registry for itself and empty: other changes are UNAVAILABLE from
  // BeginBulk to EndBulk. FAILED_PRECONDITION where there are records or the
  // guard refuses, UNAVAILABLE where another bulk load runs. Blocks on the
  // store.
  absl::Status BeginBulk();
  void EndBulk();
  // A bulk load runs.
  bool loading() const { return bulk_.load(); }

 private:
  Registry(storage::Store* store, const wire::Codec* codec,
           const schema::Service* service, Spaces spaces, NamedQueries named);
  absl::Status LoadCatalog();

  storage::Store* const store_;
  const wire::Codec* const codec_;
  const schema::Service* const service_;
  const Spaces spaces_;
  const NamedQueries named_;
  ReadRules read_rules_;
  std::function<void()> changed_, bulk_loaded_;
  std::function<absl::Status()> bulk_guard_;
  std::atomic<bool> bulk_{false};
  mutable std::mutex mu_;
  std::shared_ptr<const Catalog> catalog_;  // guarded by mu_
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_REGISTRY_H_
