// A registry's search as the exchange calls it.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SEARCH_HANDLER_H_
#define CONVERGENCE_SERVICES_REGISTRY_SEARCH_HANDLER_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/config/v1/server.pb.h"
#include "services/exchange/handler.h"
#include "services/registry/registry.h"
#include "services/registry/search.h"
#include "services/storage/store.h"

namespace dci::registry {

// Limits of the configuration as options of a search; 0 means the default.
SearchOptions OptionsOf(const config::v1::Limits& limits);

// Answers the items of Search, SyncSearch and StreamSearch. A synchronous
// search gives the page that is asked for; an asynchronous or streamed one
// that asks for no page beyond the first gives all of them, one after another.
// Thread-safe.
class RegistrySearch : public exchange::SearchHandler {
 public:
  // The registry must outlive the handler.
  RegistrySearch(const Registry* registry, SearchOptions options)
      : registry_(registry), options_(options) {}

  // Refuses criteria that no record type can answer.
  absl::Status Validate(const exchange::ItemContext& context,
                        absl::string_view item) const override;
  absl::StatusOr<exchange::ItemOutcome> Search(
      const exchange::ItemContext& context, absl::string_view item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override;

 private:
  const Registry* const registry_;
  const SearchOptions options_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SEARCH_HANDLER_H_
