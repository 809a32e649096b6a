// What a server says that is of no registry: its code lists, and the places of
// the country.
#ifndef CONVERGENCE_SERVICES_SERVER_REFERENCE_DOMAIN_H_
#define CONVERGENCE_SERVICES_SERVER_REFERENCE_DOMAIN_H_

#include <optional>
#include <string>
#include <vector>

#include "services/server/code_labels.h"
#include "services/server/code_lists.h"
#include "services/server/domain.h"

namespace dci::server {

// Keeps nothing in the store. Every file is read at the start, so that a
// server runs with all of its reference data or not at all.
class ReferenceDomain : public Domain {
 public:
  std::vector<std::string> Spaces() const override { return {}; }
  // Errors as LoadCodeLabels and LoadLocations.
  absl::Status Start(const DomainParts& parts, Served* served) override;

 private:
  absl::Status ServeCodeLists(const DomainParts& parts, Served* served);
  absl::Status ServeLocations(const DomainParts& parts, Served* served);

  CodeLabels labels_;
  std::optional<CodeListCatalog> catalog_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_REFERENCE_DOMAIN_H_
