// The caller's side of registries: takes callbacks and lists them.
#ifndef CONVERGENCE_SERVICES_SERVER_INBOX_DOMAIN_H_
#define CONVERGENCE_SERVICES_SERVER_INBOX_DOMAIN_H_

#include <memory>
#include <string>
#include <vector>

#include "services/server/domain.h"
#include "services/spsystem/inbox.h"

namespace dci::server {

// GET /inbox?after=NUMBER&limit=COUNT&correlation_id=ID. The inbox outlives the
// page.
transport::HttpPage InboxPage(const spsystem::Inbox* inbox);

class InboxDomain : public Domain {
 public:
  // Full names of callback services. All are served under their prefixes, the
  // first also without.
  explicit InboxDomain(std::vector<std::string> services)
      : services_(std::move(services)) {}

  std::vector<std::string> Spaces() const override {
    return {spsystem::kInboxSpace};
  }
  // INVALID_ARGUMENT for a service that the schema lacks. The list is
  // GET /inbox?after=NUMBER&limit=COUNT&correlation_id=ID on the admin
  // endpoint.
  absl::Status Start(const DomainParts& parts, Served* served) override;

 private:
  const std::vector<std::string> services_;
  std::shared_ptr<const spsystem::Inbox> inbox_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_INBOX_DOMAIN_H_
