#include "services/server/compiled_schema.h"

#include <set>
#include <string>
#include <vector>

#include "dci/admin/v1/disclosure.pb.h"
#include "dci/admin/v1/parked.pb.h"
#include "dci/admin/v1/participants.pb.h"
#include "dci/admin/v1/reactions.pb.h"
#include "dci/admin/v1/registry_admin.pb.h"
#include "dci/admin/v1/sp_system.pb.h"
#include "dci/admin/v1/subscriptions.pb.h"
#include "dci/ext/v1/code_lists.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "dci/ext/v1/reserve.pb.h"
#include "dci/ext/v1/watch.pb.h"
#include "dci/locations/v1/locations.pb.h"
#include "services/schema/registries.h"

namespace dci::server {
namespace {

std::vector<const google::protobuf::FileDescriptor*> CompiledFiles() {
  std::vector<const google::protobuf::FileDescriptor*> files = {
      dci::admin::v1::ListDisclosuresRequest::descriptor()->file(),
      dci::admin::v1::ListParkedRequest::descriptor()->file(),
      dci::admin::v1::ListParticipantsRequest::descriptor()->file(),
      dci::admin::v1::ListUnmatchedRequest::descriptor()->file(),
      dci::admin::v1::LoadRequest::descriptor()->file(),
      dci::admin::v1::PutProgrammeRequest::descriptor()->file(),
      dci::admin::v1::ListSubscriptionsRequest::descriptor()->file(),
      dci::ext::v1::Capabilities::descriptor()->file(),
      dci::ext::v1::GetCodeListRequest::descriptor()->file(),
      dci::ext::v1::ReserveRequest::descriptor()->file(),
      dci::locations::v1::Place::descriptor()->file(),
      dci::ext::v1::WatchRequest::descriptor()->file(),
  };
  for (const auto* file : schema::RegistryFiles()) files.push_back(file);
  return files;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const schema::Model>> CompiledSchema() {
  return schema::Model::Build(CompiledFiles());
}

absl::StatusOr<std::unique_ptr<const schema::Model>> CompiledSchemaWith(
    const google::protobuf::FileDescriptorSet& added) {
  google::protobuf::FileDescriptorSet set = added;
  std::set<std::string> names;
  for (const auto& file : added.file()) names.insert(file.name());
  for (const auto* file : CompiledFiles())
    if (names.insert(file->name()).second) file->CopyTo(set.add_file());
  return schema::Model::BuildFromSet(set);
}

}  // namespace dci::server
