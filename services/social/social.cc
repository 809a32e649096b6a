#include "services/social/social.h"

#include "dci/common/v1/code_list.pb.h"
#include "dci/social/v1/social.pb.h"
// Has no message to name: its table is named, or the linker leaves it out.
#include "dci/social/v1/social_service.pb.h"

namespace dci::social {

std::vector<const google::protobuf::FileDescriptor*> SchemaFiles() {
  return {
      v1::Group::descriptor()->file(),
      common::v1::Sex_descriptor()->file(),
      google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
          descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto
              .filename),
  };
}

}  // namespace dci::social
