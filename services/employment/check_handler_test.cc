#include "services/employment/check_handler.h"

#include <memory>
#include <string>

#include "dci/employment/v1/employment.pb.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/employment/employment.h"
#include "services/schema/reason.h"
#include "services/schema/registries.h"
#include "services/storage/memory/memory_store.h"

namespace dci::employment {
namespace {

const schema::Model& TheModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build(schema::RegistryFiles());
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

class CheckHandlerTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::RegistryConfig config;
    config.set_service(kService);
    auto opened = registry::Registry::Open(store_.get(), &codec_, config);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
    handler_ = std::make_unique<CheckHandler>(registry_.get());
    context_.request = &request_;
  }

  void Enrol(const std::string& person, const std::string& programme,
             const std::string& date, const std::string& status) {
    v1::Beneficiary beneficiary;
    auto* id = beneficiary.mutable_member()->add_member_identifier();
    id->set_identifier_type("UIN");
    id->set_identifier_value(person);
    beneficiary.add_programme_identifier()->set_programme_identifier(programme);
    beneficiary.set_enrollment_date(date);
    beneficiary.set_enrollment_status(status);
    auto change =
        registry_->Upsert("Beneficiary", beneficiary.SerializeAsString());
    ASSERT_OK(change);
    registry_->Commit(
        *std::move(change), absl::FromUnixSeconds(1795502400),
        [](absl::StatusOr<registry::Outcome> outcome) { EXPECT_OK(outcome); });
    store_->Drain();
  }

  absl::StatusOr<exchange::TypedOutcome<v1::EnrolmentCheckResponseItem>> Check(
      const std::string& query) const {
    v1::EnrolmentCheckRequest request;
    request.mutable_enrolled_criteria()->mutable_query()->set_text(query);
    return handler_->SyncCheckEnrollment(context_, request,
                                         *store_->GetSnapshot(), "");
  }

  wire::Codec codec_{&TheModel()};
  std::unique_ptr<storage::Store> store_ =
      storage::NewMemoryStore(registry::SpaceNames());
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<CheckHandler> handler_;
  exchange::RequestContext request_;
  exchange::ItemContext context_;
};

TEST_F(CheckHandlerTest, AnActiveEnrolmentGoesBeforeALaterOne) {
  Enrol("P", "EMP001", "2024-01-01", "1");
  Enrol("P", "EMP002", "2025-01-01", "3");
  const auto any = Check(R"({"person_identifier":{"eq":"P"}})");
  ASSERT_OK(any);
  EXPECT_EQ(any->answer.enrolled_status(), "1");
  EXPECT_EQ(any->outcome.reference_id, "P");
  const auto one = Check(R"({"person_identifier":{"eq":"P"},
                             "programme_identifier":{"eq":"EMP002"}})");
  ASSERT_OK(one);
  EXPECT_EQ(one->answer.enrolled_status(), "3");
}

TEST_F(CheckHandlerTest, OfTwoThatAreNotActiveTheLaterOneIsTold) {
  Enrol("P", "EMP001", "2025-06-01T10:00:00Z", "5");
  Enrol("P", "EMP002", "2024-01-01", "3");
  const auto any = Check(R"({"person_identifier":{"eq":"P"}})");
  ASSERT_OK(any);
  EXPECT_EQ(any->answer.enrolled_status(), "5");
}

TEST_F(CheckHandlerTest, WhoIsNotEnrolledHasNoState) {
  Enrol("P", "EMP001", "2024-01-01", "1");
  const auto answer = Check(R"({"person_identifier":{"eq":"Q"}})");
  ASSERT_OK(answer);
  EXPECT_FALSE(answer->answer.has_enrolled_status());
  EXPECT_EQ(answer->outcome.reference_id, "Q");
}

TEST_F(CheckHandlerTest, AQuestionAboutNobodyIsRefused) {
  EXPECT_EQ(schema::ReasonOf(
                Check(R"({"programme_identifier":{"eq":"EMP001"}})").status()),
            common::v1::REASON_SEARCH_CRITERIA_INVALID);
}

}  // namespace
}  // namespace dci::employment
