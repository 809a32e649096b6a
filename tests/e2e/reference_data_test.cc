// Code lists and places, as a server gives them over both wires.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "dci/ext/v1/code_lists.pb.h"
#include "dci/locations/v1/locations.pb.h"
#include "services/base/status_matchers.h"
#include "services/transport/grpc_caller.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPlaces[] = R"({"locations":[
  {"identifier":[{"identifier":"r1"}],"name":"North",
   "contained_in_place":null},
  {"identifier":[{"identifier":"d1"}],"name":"Hill",
   "contained_in_place":"r1"}]})";
constexpr char kFrench[] = R"(language: "fr" lists {
  list: "dci.common.v1.Sex" labels { code: "female" label: "Femme" } })";

class ReferenceDataTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string folder = NewFolder();
    config::v1::ServerConfig config = SiteConfig(folder);
    config.set_locations_file(WriteFile(folder, "places.json", kPlaces));
    config.add_code_label_files(WriteFile(folder, "fr.txt", kFrench));
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = site->release();
  }
  static void TearDownTestSuite() {
    delete site_;
    site_ = nullptr;
  }

  static net::HttpResponse Get(const std::string& path,
                               net::Headers headers = {}) {
    return site_->Call(site_->Url(path), "", std::move(headers));
  }
  static absl::StatusOr<std::string> CallGrpc(const std::string& method,
                                              const std::string& request) {
    transport::GrpcCaller caller(nullptr);
    return caller.CallAndWait(site_->GrpcTarget(), method, request,
                              absl::Seconds(20));
  }

  static Site* site_;
};

Site* ReferenceDataTest::site_ = nullptr;

TEST_F(ReferenceDataTest, CodeListsOverHttp) {
  EXPECT_THAT(Get("/code-lists").body,
              AllOf(HasSubstr("dci.common.v1.Sex"),
                    HasSubstr("dci.farmer.v1.LandTenure")));
  EXPECT_THAT(Get("/code-lists?package=dci.farmer.v1").body,
              AllOf(Not(HasSubstr("dci.common.v1.Sex")),
                    HasSubstr("dci.farmer.v1.LandTenure")));
  EXPECT_THAT(
      Get("/code-lists/list?name=Sex&language=fr").body,
      AllOf(HasSubstr("\"label\":\"Femme\""), HasSubstr("\"label\":\"Male\"")));
  EXPECT_THAT(
      Get("/code-lists/code?list=Sex&value=F&language=fr").body,
      AllOf(HasSubstr("\"code\":\"female\""), HasSubstr("\"member\":true"),
            HasSubstr("\"label\":\"Femme\""),
            HasSubstr("\"matched\":\"alias\"")));
  EXPECT_THAT(Get("/code-lists/code?list=Sex&value=Femme").body,
              HasSubstr("\"member\":false"));
  EXPECT_EQ(Get("/code-lists/list?name=NoSuch").status, 404);
  EXPECT_EQ(Get("/code-lists/list").status, 400);
}

TEST_F(ReferenceDataTest, CodeListsOverGrpc) {
  ext::v1::LookUpCodeRequest request;
  request.set_list("dci.ibr.v1.BenefitType");
  request.set_value("voucher");
  request.set_dialect("dci-2025-01");
  const auto bytes =
      CallGrpc("/dci.ext.v1.CodeLists/LookUpCode", request.SerializeAsString());
  ASSERT_OK(bytes);
  ext::v1::LookUpCodeResponse response;
  ASSERT_TRUE(response.ParseFromString(*bytes));
  EXPECT_EQ(response.code().code(), "2");
  EXPECT_EQ(response.code().written(), "Voucher");
  request.set_list("NoSuch");
  EXPECT_THAT(
      CallGrpc("/dci.ext.v1.CodeLists/LookUpCode", request.SerializeAsString())
          .status(),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ReferenceDataTest, PlacesOverHttpAreSentOnceToWhoKeepsThem) {
  const net::HttpResponse first = Get("/.well-known/locations.json");
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, AllOf(HasSubstr("\"@type\":\"LocationHierarchy\""),
                                HasSubstr("\"contained_in_place\":null"),
                                HasSubstr("\"contained_in_place\":\"r1\""),
                                HasSubstr("\"last_updated\":\"")));
  net::Headers headers;
  headers.Add("If-None-Match", first.headers.GetOr("ETag"));
  EXPECT_EQ(Get("/.well-known/locations.json", headers).status, 304);
}

TEST_F(ReferenceDataTest, PlacesOverGrpc) {
  const auto bytes =
      CallGrpc("/dci.locations.v1.LocationDirectory/GetLocations", "");
  ASSERT_OK(bytes);
  locations::v1::LocationHierarchy places;
  ASSERT_TRUE(places.ParseFromString(*bytes));
  ASSERT_EQ(places.locations_size(), 2);
  EXPECT_EQ(places.locations(1).contained_in_place(), "r1");
}

TEST(ReferenceDataStart, FaultsOfAFileRefuseTheStart) {
  const std::string folder = NewFolder();
  config::v1::ServerConfig config = SiteConfig(folder);
  config.set_locations_file(
      WriteFile(folder, "places.json", "{\"locations\":[{\"name\":\"A\"}]}"));
  EXPECT_THAT(Site::Start(config).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("places.json: /locations/0: has no ident")));
  config.set_locations_file(folder + "/nowhere.json");
  EXPECT_THAT(Site::Start(config).status(),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace dci::e2e
