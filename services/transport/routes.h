// The table from HTTP paths to methods.
#ifndef CONVERGENCE_SERVICES_TRANSPORT_ROUTES_H_
#define CONVERGENCE_SERVICES_TRANSPORT_ROUTES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/service.h"

namespace dci::transport {

// Under which folders the paths of a service are served.
struct ServedService {
  const schema::Service* service = nullptr;
  // "/registry/search": for a server of one registry.
  bool bare = true;
  // "/social/registry/search", and "/social/search" as the published mocks
  // have it, for each prefix of the service.
  bool prefixed = true;
};

// Immutable after Make; thread-safe.
class Routes {
 public:
  // INVALID_ARGUMENT where two services claim one path.
  static absl::StatusOr<Routes> Make(
      const std::vector<ServedService>& services);

  // The method at `path` (without query, one trailing slash ignored); null
  // where there is none.
  const schema::Method* Find(absl::string_view path) const;

 private:
  absl::Status Add(std::string path, const schema::Method* method);

  absl::flat_hash_map<std::string, const schema::Method*> by_path_;
};

}  // namespace dci::transport

#endif  // CONVERGENCE_SERVICES_TRANSPORT_ROUTES_H_
