#include "services/server/compiled_schema.h"

#include "dci/admin/v1/disclosure.pb.h"
#include "dci/admin/v1/parked.pb.h"
#include "dci/admin/v1/participants.pb.h"
#include "dci/admin/v1/reactions.pb.h"
#include "dci/admin/v1/registry_admin.pb.h"
#include "dci/admin/v1/sp_system.pb.h"
#include "dci/admin/v1/subscriptions.pb.h"
#include "dci/common/v1/code_list.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "dci/ext/v1/watch.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "google/protobuf/descriptor.h"

namespace dci::server {
namespace {

// Of a file that has only services. Nothing but this table names its code, and
// what nobody names the linker leaves out.
const google::protobuf::FileDescriptor* ServiceFile(
    const google::protobuf::internal::DescriptorTable& table) {
  return google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
      table.filename);
}

}  // namespace

absl::StatusOr<std::unique_ptr<const schema::Model>> CompiledSchema() {
  return schema::Model::Build({
      dci::admin::v1::ListDisclosuresRequest::descriptor()->file(),
      dci::admin::v1::ListParkedRequest::descriptor()->file(),
      dci::admin::v1::ListParticipantsRequest::descriptor()->file(),
      dci::admin::v1::ListUnmatchedRequest::descriptor()->file(),
      dci::admin::v1::LoadRequest::descriptor()->file(),
      dci::admin::v1::PutProgrammeRequest::descriptor()->file(),
      dci::admin::v1::ListSubscriptionsRequest::descriptor()->file(),
      dci::common::v1::Sex_descriptor()->file(),
      dci::ext::v1::Capabilities::descriptor()->file(),
      dci::ext::v1::WatchRequest::descriptor()->file(),
      dci::social::v1::Group::descriptor()->file(),
      ServiceFile(
          descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto),
  });
}

}  // namespace dci::server
