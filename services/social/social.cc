#include "services/social/social.h"

#include "dci/common/v1/code_list.pb.h"
#include "dci/social/v1/social.pb.h"
// Has no message to name; to include it is to link it.
#include "dci/social/v1/social_service.pb.h"

namespace dci::social {

std::vector<const google::protobuf::FileDescriptor*> SchemaFiles() {
  return {
      v1::Group::descriptor()->file(),
      common::v1::Sex_descriptor()->file(),
      google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
          "dci/social/v1/social_service.proto"),
  };
}

}  // namespace dci::social
