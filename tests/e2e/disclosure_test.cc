// Who read my data: answers of a whole server stand in the disclosure log
// before they leave, and the operator reads it.
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dci/admin/v1/disclosure.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "services/base/status_matchers.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The person of SearchDocument.
constexpr char kPerson[] =
    R"({"person":{"identifier_type":"UIN","identifier_value":"847951632"}})";

class DisclosureTest : public testing::Test {
 protected:
  void StartSite(config::v1::DisclosureMode mode) {
    config::v1::ServerConfig config = SiteConfig(folder_);
    *config.add_participants() = Caller("caller");
    config.mutable_registries(0)->mutable_disclosure()->set_mode(mode);
    config.mutable_admin_grpc()->set_port(0);
    site_.reset();
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = *std::move(site);
  }

  std::string Search(const std::string& id) {
    const net::HttpResponse answer = site_->Call(
        site_->Url("/registry/sync/search"), SearchDocument("caller", id));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  std::string Admin(const std::string& operation, const std::string& body) {
    net::Headers headers;
    headers.Add("Authorization", absl::StrCat("Bearer ", kOperatorToken));
    const net::HttpResponse answer = site_->Call(
        site_->AdminUrl(absl::StrCat("/admin/disclosures/", operation)), body,
        headers);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  // The list once the pass has come so far; it runs all the while.
  std::string ListWith(const std::string& text) {
    std::string list;
    for (int i = 0; i < 100'000; ++i) {
      list = Admin("list", kPerson);
      if (absl::StrContains(list, text)) break;
    }
    return list;
  }

  const std::string folder_ = NewFolder();
  std::unique_ptr<Site> site_;
};

TEST_F(DisclosureTest, IsOnWhereTheConfigurationSaysNothing) {
  StartSite(config::v1::DISCLOSURE_MODE_UNSPECIFIED);
  EXPECT_THAT(Admin("verify", "{}"), Not(HasSubstr("rows")));
  EXPECT_THAT(Search("m1"), HasSubstr("reg_records"));
  // In the log when the answer is here.
  EXPECT_THAT(Admin("verify", "{}"),
              AllOf(HasSubstr(R"("rows":"1")"), Not(HasSubstr("faults"))));
  EXPECT_THAT(ListWith("m1"),
              AllOf(HasSubstr(R"("receiver_id":"caller")"),
                    HasSubstr("SocialRegistry.SyncSearch"),
                    HasSubstr(R"("message_id":"m1")"), HasSubstr("fields")));
}

TEST_F(DisclosureTest, SurvivesARestartAndIsNotTheCallersToRead) {
  StartSite(config::v1::DISCLOSURE_MODE_ON);
  Search("m1");
  StartSite(config::v1::DISCLOSURE_MODE_ON);
  Search("m2");
  EXPECT_THAT(ListWith("m2"), HasSubstr("m1"));
  EXPECT_THAT(Admin("verify", "{}"),
              AllOf(HasSubstr(R"("links":"2")"), Not(HasSubstr("faults"))));
  EXPECT_EQ(
      site_->Call(site_->AdminUrl("/admin/disclosures/list"), kPerson).status,
      401);
  EXPECT_EQ(site_->Call(site_->Url("/admin/disclosures/list"), kPerson).status,
            404);
}

TEST_F(DisclosureTest, TheOperatorReadsItOverGrpcToo) {
  StartSite(config::v1::DISCLOSURE_MODE_ON);
  Search("m1");
  ListWith("m1");
  const auto stub = admin::v1::DisclosureAdmin::NewStub(grpc::CreateChannel(
      absl::StrCat("127.0.0.1:", site_->institution().admin_grpc_port()),
      grpc::InsecureChannelCredentials()));
  admin::v1::ListDisclosuresRequest request;
  request.mutable_person()->set_identifier_type("UIN");
  request.mutable_person()->set_identifier_value("847951632");
  admin::v1::ListDisclosuresResponse response;
  {
    grpc::ClientContext stranger;
    EXPECT_EQ(stub->ListDisclosures(&stranger, request, &response).error_code(),
              grpc::StatusCode::UNAUTHENTICATED);
  }
  grpc::ClientContext context;
  context.AddMetadata("authorization", absl::StrCat("Bearer ", kOperatorToken));
  const grpc::Status status =
      stub->ListDisclosures(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.disclosures_size(), 1);
  EXPECT_EQ(response.disclosures(0).message_id(), "m1");
  EXPECT_EQ(response.disclosures(0).link(), 1);
}

TEST_F(DisclosureTest, AnExportIsADisclosureToo) {
  StartSite(config::v1::DISCLOSURE_MODE_ON);
  net::Headers headers;
  headers.Add("Authorization", absl::StrCat("Bearer ", kOperatorToken));
  const net::HttpResponse exported =
      site_->Call(site_->AdminUrl("/admin/registry/export"),
                  R"({"type":"Person"})", headers);
  ASSERT_EQ(exported.status, 200) << exported.body;
  EXPECT_THAT(Admin("verify", "{}"), HasSubstr(R"("rows":"1")"));
  EXPECT_THAT(ListWith("operator"), HasSubstr("RegistryAdmin.Export"));
}

TEST_F(DisclosureTest, OffWritesNothing) {
  StartSite(config::v1::DISCLOSURE_MODE_OFF);
  Search("m1");
  EXPECT_THAT(Admin("verify", "{}"), Not(HasSubstr("rows")));
}

}  // namespace
}  // namespace dci::e2e
