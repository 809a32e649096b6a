#include "services/server/registry_metrics.h"

#include <functional>
#include <string>

#include "services/base/bytes.h"
#include "services/registry/layout.h"

namespace dci::server {
namespace {

using TypeFunction = std::function<double(const registry::Registry&,
                                          const registry::RecordType&)>;

// Samples of one name stand together.
void AddForEachType(
    const std::vector<std::unique_ptr<registry::Registry>>& registries,
    const char* name, const char* help, const TypeFunction& value,
    std::vector<Sample>* samples) {
  for (const auto& registry : registries) {
    const auto catalog = registry->catalog();
    for (const registry::RecordType& type : catalog->types)
      samples->push_back(
          {name,
           help,
           false,
           {{"registry", registry->service().prefixes.empty()
                             ? registry->service().full_name
                             : registry->service().prefixes.front()},
            {"type", type.name()}},
           value(*registry, type)});
  }
}

double CountRecords(const registry::Registry& registry,
                    const registry::RecordType& type) {
  const std::string prefix = registry::IdPrefix(type.id);
  const auto count = registry.store().GetSnapshot()->EstimateRange(
      registry.spaces().records, prefix, PrefixEnd(prefix));
  // A store that fails is seen in /ready.
  return count.ok() ? static_cast<double>(*count) : 0;
}

double CountUnready(const registry::Registry& registry,
                    const registry::RecordType& type) {
  int unready = 0;
  for (const registry::IndexInfo& index : type.indexes)
    unready += index.ready ? 0 : 1;
  return unready;
}

}  // namespace

void AddRegistryMetrics(
    const std::vector<std::unique_ptr<registry::Registry>>& registries,
    std::vector<Sample>* samples) {
  AddForEachType(registries, "dci_registry_records",
                 "Records; exact for few, a guess for many.", CountRecords,
                 samples);
  AddForEachType(registries, "dci_registry_indexes_building",
                 "Indexes that are still being filled.", CountUnready, samples);
}

}  // namespace dci::server
