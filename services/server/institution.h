// One institution's system: store, keys, participants, pipeline, endpoints,
// and the domains that it runs. A server is one of them; the sandbox several.
#ifndef CONVERGENCE_SERVICES_SERVER_INSTITUTION_H_
#define CONVERGENCE_SERVICES_SERVER_INSTITUTION_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dci/config/v1/server.pb.h"
#include "services/exchange/participant_store.h"
#include "services/schema/model.h"
#include "services/server/domain.h"
#include "services/server/json_log.h"
#include "services/storage/store.h"

namespace dci::server {

struct InstitutionOptions {
  // As CompleteConfig left it.
  dci::config::v1::ServerConfig config;
  // Outlive the institution.
  const schema::Model* model = nullptr;
  JsonLog* log = nullptr;
  // In the order in which they are started.
  std::vector<std::unique_ptr<Domain>> domains;
};

class Institution {
 public:
  // Opens the store, starts the domains, listens. INVALID_ARGUMENT for a
  // configuration that cannot work (keys, files, paths), FAILED_PRECONDITION
  // where the store was written under a schema that its records cannot be
  // read with, UNAVAILABLE where folder or port is in use.
  static absl::StatusOr<std::unique_ptr<Institution>> Start(
      InstitutionOptions options);

  // Shuts down without waiting if that was not done.
  ~Institution();

  int http_port() const;
  int grpc_port() const;
  int admin_port() const;
  // 0 where the admin endpoint is not served over gRPC.
  int admin_grpc_port() const;

  // For a program that holds the institution: seeding, tests.
  storage::Store& store();
  exchange::ParticipantStore& participants();

  // Refuses new messages, finishes what is in progress, at most for `drain`,
  // and closes the store. What is acknowledged and not delivered stays in it.
  void Shutdown(absl::Duration drain);

 private:
  class Impl;
  explicit Institution(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_INSTITUTION_H_
