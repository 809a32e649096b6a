#include "tools/dci/schema.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "tools/dci/exit_code.h"

namespace dci::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class FindOperationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto model = CompiledModel();
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = *std::move(model);
  }
  // "path method", or the error.
  std::string Find(const OperationChoice& choice) {
    const auto found = FindOperation(*model_, choice);
    if (!found.ok()) {
      EXPECT_EQ(ExitCodeOf(found.status()), ExitCode::kUsage);
      return std::string(found.status().message());
    }
    return found->path + " " + (found->method ? found->method->name : "none");
  }
  std::unique_ptr<const schema::Model> model_;
};

TEST_F(FindOperationTest, FindsActionsInBothForms) {
  EXPECT_EQ(Find({"search"}), "/registry/sync/search SyncSearch");
  EXPECT_EQ(Find({"search", "", true}), "/registry/search Search");
  EXPECT_EQ(Find({"txn-status"}), "/registry/sync/txn/status SyncTxnStatus");
  // An action of a callback is no action of a request.
  EXPECT_EQ(Find({"on-search"}), "/registry/on-search OnSearch");
}

TEST_F(FindOperationTest, PutsTheRegistryBeforeThePath) {
  EXPECT_EQ(Find({"search", "social"}),
            "/social/registry/sync/search SyncSearch");
  EXPECT_EQ(Find({"search", "ibr"}), "/ibr/registry/sync/search SyncSearch");
  EXPECT_EQ(Find({"notify", "dr"}), "/dr/registry/notify Notify");
  EXPECT_EQ(Find({"SyncEnrolled", "ibr"}),
            "/ibr/registry/sync/enrolled SyncEnrolled");
  EXPECT_THAT(Find({"search", "nosuch"}), HasSubstr("no operation 'search'"));
}

TEST_F(FindOperationTest, FindsNamesAndPaths) {
  EXPECT_EQ(Find({"dci.social.v1.SocialRegistry.Search"}),
            "/registry/search Search");
  EXPECT_EQ(Find({"/dci.social.v1.SocialRegistry/Search"}),
            "/registry/search Search");
  EXPECT_EQ(Find({"SyncTxnStatus"}), "/registry/sync/txn/status SyncTxnStatus");
  EXPECT_EQ(Find({"/registry/search"}), "/registry/search Search");
  EXPECT_EQ(Find({"/sr/registry/search"}), "/sr/registry/search Search");
  EXPECT_EQ(Find({"/capabilities"}), "/capabilities GetCapabilities");
}

TEST_F(FindOperationTest, TakesAnyPathAndNoUnknownName) {
  EXPECT_EQ(Find({"/elsewhere/search"}), "/elsewhere/search none");
  EXPECT_THAT(Find({"serch"}), HasSubstr("/registry/search"));
  EXPECT_THAT(Find({"dci.social.v1.SocialRegistry.Serch"}),
              HasSubstr("no operation"));
}

TEST_F(FindOperationTest, ListsWhatThereIs) {
  EXPECT_THAT(
      ListOperations(*model_),
      Contains("/registry/search  dci.social.v1.SocialRegistry.Search"));
}

}  // namespace
}  // namespace dci::cli
