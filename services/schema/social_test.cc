// The model of the social registry as it is published.
#include <memory>

#include "dci/common/v1/code_list.pb.h"
#include "dci/ext/v1/discovery.pb.h"
#include "dci/registry/v1/subscribe.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"

namespace dci::schema {
namespace {

const Model& Social() {
  static const auto* const model = [] {
    auto built = Model::Build({
        dci::social::v1::Group::descriptor()->file(),
        dci::common::v1::Sex_descriptor()->file(),
        dci::registry::v1::SubscribeRequest::descriptor()->file(),
        dci::ext::v1::Capabilities::descriptor()->file(),
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
            "dci/social/v1/social_service.proto"),
    });
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

TEST(SocialModel, Builds) {
  ASSERT_NE(Social().FindMessage("dci.social.v1.Group"), nullptr);
}

}  // namespace
}  // namespace dci::schema
