// What holds for a server's answers with records, as its configuration says:
// the disclosure log with the operator's view of it, and consent.
#ifndef CONVERGENCE_SERVICES_SERVER_READ_RULES_H_
#define CONVERGENCE_SERVICES_SERVER_READ_RULES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dci/config/v1/server.pb.h"
#include "services/registry/consent.h"
#include "services/registry/disclosure.h"
#include "services/registry/disclosure_reader.h"
#include "services/registry/registry.h"
#include "services/server/domain.h"

namespace dci::server {

class ReadRules {
 public:
  // Key spaces that the store must have.
  static std::vector<std::string> Spaces();

  // Opens the log, gives each registry its rules (`configs` are theirs, in the
  // same order), and serves dci.admin.v1.DisclosureAdmin. INVALID_ARGUMENT for
  // configuration that cannot work. Must outlive what is served, and the
  // registries' answers.
  absl::Status Start(
      const DomainParts& parts,
      const std::vector<dci::config::v1::RegistryConfig>& configs,
      const std::vector<std::unique_ptr<registry::Registry>>& registries,
      Served* served);

  void AddMetrics(std::vector<Sample>* samples) const;

 private:
  void Serve(const DomainParts& parts, Served* served);

  std::unique_ptr<registry::DisclosureLog> log_;
  std::optional<registry::DisclosureReader> reader_;
  std::unique_ptr<registry::ConsentGate> consent_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_READ_RULES_H_
