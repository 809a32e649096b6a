// dci.ext.v1.ChangeWatch on the public endpoint.
#ifndef CONVERGENCE_SERVICES_SERVER_WATCH_SERVING_H_
#define CONVERGENCE_SERVICES_SERVER_WATCH_SERVING_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "dci/config/v1/server.pb.h"
#include "services/registry/subscriptions.h"
#include "services/registry/watch_hub.h"
#include "services/server/domain.h"

namespace dci::server {

// Serves the long poll, over HTTP (POST and GET /watch) and gRPC, and the
// stream over gRPC. Who asks is known by the access token, which must have the
// method's scope.
class WatchServing {
 public:
  // What `all` points to, the clock and the tokens outlive this.
  void Serve(std::vector<registry::Subscriptions*> all,
             const DomainParts& parts, Served* served);

  void AddMetrics(std::vector<Sample>* samples) const;

 private:
  absl::StatusOr<registry::Watcher> Admit(
      const transport::PlainCall& call) const;

  const trust::TokenChecker* tokens_ = nullptr;
  const Clock* clock_ = nullptr;
  std::unique_ptr<registry::WatchHub> hub_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_WATCH_SERVING_H_
