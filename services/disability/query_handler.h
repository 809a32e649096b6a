// Is a person registered as disabled; what are the disabilities; what is the
// support.
#ifndef CONVERGENCE_SERVICES_DISABILITY_QUERY_HANDLER_H_
#define CONVERGENCE_SERVICES_DISABILITY_QUERY_HANDLER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dci/disability/v1/disability.pb.h"
#include "dci/disability/v1/disability_query.pb.h"
#include "dci/disability/v1/disability_query_service.dci.h"
#include "services/exchange/handler.h"
#include "services/registry/registry.h"

namespace dci::disability {

// Whether the assessment holds: Approved. Pending is not yet, Expired no
// longer. The standard does not say; see docs/standards-notes.md.
bool IsApproved(const v1::DisabledPerson& person);

// Thread-safe.
class QueryHandler : public v1::DisabilityQueryHandler {
 public:
  // The registry outlives the handler.
  explicit QueryHandler(const registry::Registry* registry)
      : registry_(registry) {}

  absl::Status ValidateSyncDisabled(
      const exchange::ItemContext& context,
      const v1::DisabledRequest& request) const override;
  // Yes where a record that the query names is approved.
  absl::StatusOr<exchange::TypedOutcome<v1::DisabledResponseItem>> SyncDisabled(
      const exchange::ItemContext& context, const v1::DisabledRequest& request,
      const storage::Snapshot& snapshot,
      absl::string_view continuation) const override;

  absl::Status ValidateSyncGetDisabilityDetails(
      const exchange::ItemContext& context,
      const v1::DisabledRequest& request) const override;
  // One record for each person found: an object with the list of details.
  absl::StatusOr<exchange::TypedOutcome<v1::GetDisabilityInfoResponseItem>>
  SyncGetDisabilityDetails(const exchange::ItemContext& context,
                           const v1::DisabledRequest& request,
                           const storage::Snapshot& snapshot,
                           absl::string_view continuation) const override;

  absl::Status ValidateSyncGetDisabilitySupport(
      const exchange::ItemContext& context,
      const v1::DisabledRequest& request) const override;
  // One list for each person found, of what is needed and received.
  absl::StatusOr<exchange::TypedOutcome<v1::GetDisabilitySupportResponseItem>>
  SyncGetDisabilitySupport(const exchange::ItemContext& context,
                           const v1::DisabledRequest& request,
                           const storage::Snapshot& snapshot,
                           absl::string_view continuation) const override;

 private:
  struct Found {
    std::vector<v1::DisabledPerson> persons;
    std::string reference;  // the identifier that was asked for
    std::function<absl::Status(storage::CommitView&)> record;
  };
  // `cut` leaves of a record what the answer tells.
  absl::StatusOr<Found> Find(const exchange::ItemContext& context,
                             const v1::DisabledRequest& request,
                             const storage::Snapshot& snapshot,
                             void (*cut)(const v1::DisabledPerson& person,
                                         v1::DisabledPerson* told)) const;

  const registry::Registry* const registry_;
};

}  // namespace dci::disability

#endif  // CONVERGENCE_SERVICES_DISABILITY_QUERY_HANDLER_H_
