#include "services/registry/serve.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/test_registry.h"
#include "services/schema/reason.h"
#include "services/storage/memory/memory_store.h"

namespace dci::registry {
namespace {

class ServeTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::RegistryConfig config;
    config.set_service(kSocialService);
    auto opened = Registry::Open(store_.get(), &codec_, config);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
  }

  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(SpaceNames());
  wire::Codec codec_{&SocialModel()};
  std::unique_ptr<Registry> registry_;
};

TEST_F(ServeTest, EverySearchMethodIsServedAndNothingElse) {
  exchange::HandlerRegistry handlers;
  ASSERT_OK(ServeSearch(*registry_, SearchOptions(), &handlers));
  for (const char* name : {"Search", "SyncSearch"})
    EXPECT_NE(handlers.Find(std::string(kSocialService) + "." + name), nullptr)
        << name;
  EXPECT_EQ(handlers.Find(std::string(kSocialService) + ".TxnStatus"), nullptr);
}

TEST_F(ServeTest, OfSeveralRegistriesTheOneNamedIsSearched) {
  // The second one only has another id.
  const AnyRegistrySearch any(
      {{registry_.get(), {}, {"sr"}}, {registry_.get(), {}, {"sr-2"}}});
  exchange::RequestContext request;
  exchange::ItemContext context;
  context.request = &request;
  v1::SearchRequestItem item;
  *item.mutable_search_criteria() = NoSql("Group", "{}");
  auto validate = [&] {
    return any.Validate(context, item.SerializeAsString());
  };
  EXPECT_EQ(schema::ReasonOf(validate()),
            common::v1::REASON_SEARCH_CRITERIA_INVALID);
  request.header.set_receiver_id("sr-2");
  EXPECT_OK(validate());
  EXPECT_OK(any.Search(context, item.SerializeAsString(),
                       *store_->GetSnapshot(), ""));
  request.header.set_receiver_id("somebody");
  item.mutable_search_criteria()->set_reg_type("ns:org:RegistryType:Social");
  EXPECT_OK(validate());
  item.mutable_search_criteria()->set_reg_type("ns:org:RegistryType:Civil");
  EXPECT_FALSE(validate().ok());
}

TEST_F(ServeTest, TheOnlyRegistryNeedsNoName) {
  const AnyRegistrySearch any(
      std::vector<ServedRegistry>{{registry_.get(), {}, {}}});
  v1::SearchRequestItem item;
  *item.mutable_search_criteria() = NoSql("Group", "{}");
  EXPECT_OK(any.Validate(exchange::ItemContext(), item.SerializeAsString()));
}

}  // namespace
}  // namespace dci::registry
