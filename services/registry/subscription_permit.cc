#include "services/registry/subscription_permit.h"

#include <utility>
#include <vector>

#include "services/base/status_macros.h"

namespace dci::registry {

absl::Status CheckFilter(const Permit& permit, const Catalog& catalog,
                         const CompiledCriteria& criteria) {
  if (!permit.restricts()) return absl::OkStatus();
  // Of kinds of record that are not seen at all nothing is told, whatever their
  // filter; unlike a search, every other one must pass.
  std::vector<Target> unseen;
  bool seen = criteria.queries.empty();
  for (const TypedQuery& typed : criteria.queries) {
    Target target;
    target.type = catalog.FindById(typed.type_id);
    target.query = typed.query;
    if (target.type == nullptr) continue;
    if (permit.ViewOf(*target.type).shown.none()) {
      unseen.push_back(std::move(target));
      continue;
    }
    seen = true;
    std::vector<Target> one;
    one.push_back(std::move(target));
    RETURN_IF_ERROR(permit.Narrow(&one));
  }
  return seen || unseen.empty() ? absl::OkStatus() : permit.Narrow(&unseen);
}

std::optional<Permit> PermitOf(const Registry& registry,
                               const state::Subscription& subscription,
                               absl::Time now) {
  // Reading the criteria is worth it only where there are rules.
  if (registry.read_rules().consent == nullptr) return Permit();
  v1::SubscribeCriteria criteria;
  criteria.ParseFromString(subscription.criteria());
  absl::StatusOr<Permit> permit = JudgeStanding(
      registry, subscription.sender_id(), criteria.authorize().text(), now);
  if (!permit.ok()) return std::nullopt;
  return *std::move(permit);
}

}  // namespace dci::registry
