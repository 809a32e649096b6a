// A social-protection system as a domain of a server.
#ifndef CONVERGENCE_SERVICES_SERVER_SP_SYSTEM_DOMAIN_H_
#define CONVERGENCE_SERVICES_SERVER_SP_SYSTEM_DOMAIN_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dci/config/v1/sp_system.pb.h"
#include "services/exchange/outbox.h"
#include "services/server/domain.h"
#include "services/spsystem/sp_operator.h"
#include "services/spsystem/sp_system.h"

namespace dci::server {

class SpSystemDomain : public Domain {
 public:
  // `inbox` are full names of further callback services to be listed.
  SpSystemDomain(dci::config::v1::SpSystem config,
                 const std::vector<std::string>& inbox);

  std::vector<std::string> Spaces() const override {
    return spsystem::SpSystemSpaces();
  }
  // INVALID_ARGUMENT for a configuration that cannot work.
  absl::Status Start(const DomainParts& parts, Served* served) override;

 private:
  void ServeProgrammes(const DomainParts& parts, Served* served);
  void ServeEnrolments(const DomainParts& parts, Served* served);

  dci::config::v1::SpSystem config_;
  std::unique_ptr<spsystem::SpSystem> system_;
  std::optional<exchange::Outbox> outbox_;
  std::optional<spsystem::SpOperator> operator_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_SP_SYSTEM_DOMAIN_H_
