#include "services/disability/query_handler.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/disability/disability.h"
#include "services/schema/reason.h"
#include "services/schema/registries.h"
#include "services/storage/memory/memory_store.h"

namespace dci::disability {
namespace {

const schema::Model& TheModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(schema::RegistryFiles());
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

class QueryHandlerTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::RegistryConfig config;
    config.set_service(kService);
    auto opened = registry::Registry::Open(store_.get(), &codec_, config);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
    handler_ = std::make_unique<QueryHandler>(registry_.get());
    context_.request = &request_;
    for (const auto& [id, status] :
         {std::pair<const char*, const char*>{"APPROVED", "0"},
          {"PENDING", "1"},
          {"EXPIRED", "2"}})
      Put(id, status);
  }

  void Put(const std::string& id, const std::string& status) {
    v1::DisabledPerson person;
    auto* identifier =
        person.mutable_personal_details()->add_member_identifier();
    identifier->set_identifier_type("UIN");
    identifier->set_identifier_value(id);
    person.set_disability_status(status);
    person.add_disability_details()->set_impairment_type("3");
    auto* support = person.add_disability_support();
    support->add_human_assistance()->set_type("mobility");
    auto change =
        registry_->Upsert("DisabledPerson", person.SerializeAsString());
    ASSERT_OK(change);
    registry_->Commit(
        *std::move(change), absl::FromUnixSeconds(1795502400),
        [](absl::StatusOr<registry::Outcome> outcome) { EXPECT_OK(outcome); });
    store_->Drain();
  }

  static v1::DisabledRequest Asks(const std::string& query) {
    v1::DisabledRequest request;
    request.mutable_disabled_criteria()->mutable_query()->set_text(query);
    return request;
  }
  static std::string By(const std::string& attribute, const std::string& id) {
    return absl::StrCat("{\"", attribute, "\":{\"eq\":\"", id, "\"}}");
  }

  bool IsDisabled(const std::string& query) const {
    const auto outcome = handler_->SyncDisabled(context_, Asks(query),
                                                *store_->GetSnapshot(), "");
    EXPECT_OK(outcome);
    return outcome.ok() &&
           outcome->answer.disabled_status() == v1::DISABLED_STATUS_YES;
  }

  wire::Codec codec_{&TheModel()};
  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(registry::SpaceNames());
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<QueryHandler> handler_;
  exchange::RequestContext request_;
  exchange::ItemContext context_;
};

TEST_F(QueryHandlerTest, OnlyTheApprovedAreDisabled) {
  for (const char* attribute : {"member.member_identifier",
                                "personal_details.member_identifier", "UIN"}) {
    EXPECT_TRUE(IsDisabled(By(attribute, "APPROVED"))) << attribute;
    EXPECT_FALSE(IsDisabled(By(attribute, "PENDING"))) << attribute;
    EXPECT_FALSE(IsDisabled(By(attribute, "EXPIRED"))) << attribute;
    EXPECT_FALSE(IsDisabled(By(attribute, "NOBODY"))) << attribute;
  }
}

TEST_F(QueryHandlerTest, DetailsAndSupportAreOfThePersonAndNothingElse) {
  const v1::DisabledRequest request =
      Asks(By("member.member_identifier", "PENDING"));
  const auto snapshot = store_->GetSnapshot();
  const auto details =
      handler_->SyncGetDisabilityDetails(context_, request, *snapshot, "");
  ASSERT_OK(details);
  EXPECT_EQ(details->outcome.reference_id, "PENDING");
  ASSERT_EQ(details->answer.data().reg_records_size(), 1);
  EXPECT_EQ(details->answer.data()
                .reg_records(0)
                .disability_details(0)
                .impairment_type(),
            "3");
  EXPECT_EQ(details->answer.pagination().total_count(), 1);
  const auto support =
      handler_->SyncGetDisabilitySupport(context_, request, *snapshot, "");
  ASSERT_OK(support);
  ASSERT_EQ(support->answer.data().reg_records_size(), 1);
  EXPECT_EQ(support->answer.data()
                .reg_records(0)
                .supports(0)
                .human_assistance(0)
                .type(),
            "mobility");
}

TEST_F(QueryHandlerTest, WhoIsNotThereHasNoRecords) {
  const auto details = handler_->SyncGetDisabilityDetails(
      context_, Asks(By("member.member_identifier", "NOBODY")),
      *store_->GetSnapshot(), "");
  ASSERT_OK(details);
  EXPECT_EQ(details->answer.data().reg_records_size(), 0);
  EXPECT_EQ(details->answer.pagination().total_count(), 0);
}

TEST_F(QueryHandlerTest, AQuestionAboutNobodyIsRefused) {
  for (const char* query : {R"({"disability_status":{"eq":"Approved"}})", "{}",
                            R"({"member.member_identifier":{"gt":"A"}})"})
    EXPECT_EQ(
        schema::ReasonOf(handler_->ValidateSyncDisabled(context_, Asks(query))),
        common::v1::REASON_SEARCH_CRITERIA_INVALID)
        << query;
  // One that is about somebody may say more.
  EXPECT_OK(handler_->ValidateSyncDisabled(
      context_, Asks(R"({"member.member_identifier":{"eq":"APPROVED"},
                         "disability_status":{"eq":"Approved"}})")));
}

}  // namespace
}  // namespace dci::disability
