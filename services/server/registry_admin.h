// The operator's view of registries: records in, out, and gone.
#ifndef CONVERGENCE_SERVICES_SERVER_REGISTRY_ADMIN_H_
#define CONVERGENCE_SERVICES_SERVER_REGISTRY_ADMIN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "dci/admin/v1/registry_admin.pb.h"
#include "services/base/clock.h"
#include "services/registry/load.h"
#include "services/registry/registry.h"
#include "services/server/domain.h"

namespace dci::server {

// Serves dci.admin.v1.RegistryAdmin for every registry of a server. Its
// functions run on the worker's thread.
class RegistryAdmin {
 public:
  // A load that is left alone for so long ends: its caller is gone, and an
  // empty registry that is being loaded takes no other change.
  static constexpr absl::Duration kLoadIdle = absl::Minutes(1);
  // Loads under way at once.
  static constexpr size_t kMaxLoads = 16;
  // Records of a page of an export, and bytes after which it ends.
  static constexpr int kExportRecords = 2000;
  static constexpr size_t kExportBytes = 4u << 20;

  // The clock outlives this.
  RegistryAdmin(std::vector<registry::Registry*> registries, const Clock* clock)
      : registries_(std::move(registries)), clock_(clock) {}

  // Must outlive what is served.
  void Serve(const schema::Model& model, Worker* worker, Served* served);

  absl::StatusOr<dci::admin::v1::LoadResponse> Load(
      const dci::admin::v1::LoadRequest& request);
  absl::StatusOr<dci::admin::v1::ExportResponse> Export(
      const dci::admin::v1::ExportRequest& request);
  absl::StatusOr<dci::admin::v1::DeleteResponse> Delete(
      const dci::admin::v1::DeleteRequest& request);
  // Ends loads that are idle.
  void EndIdleLoads(absl::Time now);

 private:
  struct OpenLoad {
    std::unique_ptr<registry::Loader> loader;
    // As of the last write.
    std::shared_ptr<registry::LoadStats> stats;
    absl::Time used;
  };

  absl::StatusOr<registry::Registry*> Find(const std::string& service) const;
  absl::StatusOr<OpenLoad*> FindLoad(
      const dci::admin::v1::LoadRequest& request);

  const std::vector<registry::Registry*> registries_;
  const Clock* const clock_;
  absl::flat_hash_map<std::string, OpenLoad> loads_;
};

}  // namespace dci::server

#endif  // CONVERGENCE_SERVICES_SERVER_REGISTRY_ADMIN_H_
