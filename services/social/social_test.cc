#include "services/social/social.h"

#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"

namespace dci::social {
namespace {

TEST(SocialTest, ItsFilesMakeAModelWithBothSides) {
  const auto model = schema::Model::Build(SchemaFiles());
  ASSERT_OK(model);
  const schema::Service* service = (*model)->FindService(kService);
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->records.size(), 3u);
  EXPECT_EQ(service->callback_service, (*model)->FindService(kCallbackService));
  EXPECT_NE(service->callback_service, nullptr);
  EXPECT_NE((*model)->FindCodeList("dci.common.v1.Sex"), nullptr);
}

}  // namespace
}  // namespace dci::social
