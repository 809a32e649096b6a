#include "services/transport/routes.h"

#include "services/base/status_matchers.h"

namespace dci::transport {
namespace {

schema::Service ServiceWith(const std::string& name,
                            std::vector<std::string> prefixes) {
  schema::Service service;
  service.full_name = name;
  service.prefixes = std::move(prefixes);
  schema::Method search;
  search.full_name = name + ".Search";
  search.path = "/registry/search";
  schema::Method enrolled;
  enrolled.full_name = name + ".Enrolled";
  enrolled.path = "/registry/sync/enrolled";
  enrolled.other_paths = {"/enrolled"};
  schema::Method grpc_only;
  grpc_only.full_name = name + ".Stream";
  service.methods = {search, enrolled, grpc_only};
  return service;
}

TEST(Routes, BareAndUnderEachPrefix) {
  const schema::Service social = ServiceWith("a.Social", {"social", "sr"});
  ASSERT_OK_AND_ASSIGN(Routes routes, Routes::Make({{&social}}));
  for (const char* path :
       {"/registry/search", "/social/registry/search", "/sr/registry/search",
        "/sr/search", "/registry/search/"}) {
    ASSERT_NE(routes.Find(path), nullptr) << path;
    EXPECT_EQ(routes.Find(path)->full_name, "a.Social.Search");
  }
  ASSERT_NE(routes.Find("/enrolled"), nullptr);
  EXPECT_EQ(routes.Find("/enrolled"),
            routes.Find("/sr/registry/sync/enrolled"));
}

TEST(Routes, NothingElse) {
  const schema::Service social = ServiceWith("a.Social", {"social"});
  ASSERT_OK_AND_ASSIGN(Routes routes, Routes::Make({{&social}}));
  for (const char* path :
       {"", "/", "//", "/search", "/registry", "/registry/search//",
        "/REGISTRY/search", "/social", "/crvs/registry/search"})
    EXPECT_EQ(routes.Find(path), nullptr) << path;
}

TEST(Routes, TwoServicesMustNotShareAPath) {
  const schema::Service social = ServiceWith("a.Social", {"social"});
  const schema::Service crvs = ServiceWith("a.Crvs", {"crvs"});
  EXPECT_THAT(Routes::Make({{&social}, {&crvs}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("/registry/search")));
  EXPECT_OK(Routes::Make({{&social, false, true}, {&crvs, false, true}}));
}

}  // namespace
}  // namespace dci::transport
