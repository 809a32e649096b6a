// Gives registries' searches to the exchange.
#ifndef CONVERGENCE_SERVICES_REGISTRY_SERVE_H_
#define CONVERGENCE_SERVICES_REGISTRY_SERVE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/handler.h"
#include "services/exchange/handler_registry.h"
#include "services/registry/registry.h"
#include "services/registry/search_handler.h"

namespace dci::registry {

// Registers a search for every method of the registry's service whose items
// are searches, asynchronous and synchronous. The registry must outlive
// `handlers`. INVALID_ARGUMENT where the service has none such; otherwise the
// errors of HandlerRegistry::Register.
absl::Status ServeSearch(const Registry& registry, const SearchOptions& options,
                         exchange::HandlerRegistry* handlers);

// A registry as StreamSearch finds it.
struct ServedRegistry {
  const Registry* registry = nullptr;
  SearchOptions options;
  // Texts of receiver_id that mean it.
  std::vector<std::string> receiver_ids;
};

// Answers a search of any of several registries: of the one that receiver_id
// names, else the one that reg_type names, else the only one. A refusal with
// rjct.search_criteria.invalid where that leaves none. Thread-safe.
class AnyRegistrySearch : public exchange::SearchHandler {
 public:
  explicit AnyRegistrySearch(std::vector<ServedRegistry> registries);

  absl::Status Validate(const exchange::ItemContext& context,
                        absl::string_view item) const override;
  absl::StatusOr<exchange::ItemOutcome> Search(
      const exchange::ItemContext& context, absl::string_view item,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override;

 private:
  struct Choice {
    ServedRegistry served;
    RegistrySearch search;
  };
  absl::StatusOr<const Choice*> Choose(const exchange::ItemContext& context,
                                       absl::string_view item) const;

  std::vector<Choice> choices_;
};

}  // namespace dci::registry

#endif  // CONVERGENCE_SERVICES_REGISTRY_SERVE_H_
