// The operations of a beneficiary registry, over a store in memory.
#include "services/ibr/ibr.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/clock.h"
#include "services/base/status_macros.h"
#include "services/base/status_matchers.h"
#include "services/ibr/enrolment_handler.h"
#include "services/ibr/reservation_handler.h"
#include "services/schema/reason.h"
#include "services/schema/registries.h"
#include "services/storage/memory/memory_store.h"

namespace dci::ibr {
namespace {

using common::v1::Reason;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1795502400);

const schema::Model& TheModel() {
  static const schema::Model* const model = [] {
    auto built = schema::Model::Build([] {
      auto files = schema::RegistryFiles();
      files.push_back(ext::v1::ReserveRequest::descriptor()->file());
      return files;
    }());
    EXPECT_OK(built);
    return built->release();
  }();
  return *model;
}

std::vector<std::string> SpaceList() {
  std::vector<std::string> spaces = registry::SpaceNames();
  spaces.push_back(kReservationSpace);
  return spaces;
}

class IbrTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::RegistryConfig config;
    config.set_service(kService);
    auto opened = registry::Registry::Open(store_.get(), &codec_, config);
    ASSERT_OK(opened);
    registry_ = *std::move(opened);
    auto places = Places::Create(registry_.get());
    ASSERT_OK(places);
    places_ = std::make_unique<Places>(*places);
    enrolment_ = std::make_unique<EnrolmentHandler>(*places);
    reservation_ =
        std::make_unique<ReservationHandler>(*places, absl::Hours(24));
  }

  // An item of a message of `sender`.
  struct Item {
    exchange::RequestContext request;
    exchange::ItemContext context;
  };
  std::unique_ptr<Item> From(const std::string& sender, absl::Time now) const {
    auto item = std::make_unique<Item>();
    item->request.sender_id = sender;
    item->request.header.set_message_ts(FormatTimestamp(now));
    item->context.request = &item->request;
    item->context.handle = absl::StrCat("handle ", ++handles_);
    item->context.now = now;
    return item;
  }

  static ext::v1::ReserveRequestItem Wanted(
      const std::string& person, const std::string& programme,
      std::vector<std::string> excludes = {}) {
    ext::v1::ReserveRequestItem item;
    item.mutable_person()->set_identifier_type("UIN");
    item.mutable_person()->set_identifier_value(person);
    item.set_programme_identifier(programme);
    for (const std::string& other : excludes) item.add_excludes(other);
    return item;
  }

  absl::StatusOr<ext::v1::ReserveResponseItem> Reserve(
      const std::string& sender, const ext::v1::ReserveRequestItem& wanted,
      absl::Time now = kNow) const {
    const auto item = From(sender, now);
    RETURN_IF_ERROR(reservation_->ValidateSyncReserve(item->context, wanted));
    std::vector<storage::Key> keys;
    reservation_->SyncReserveKeys(item->context, wanted, &keys);
    ext::v1::ReserveResponseItem answer;
    RETURN_IF_ERROR(storage::CommitAndWait(
        *store_, keys, [&](storage::CommitView& view) -> absl::Status {
          auto outcome =
              reservation_->SyncReserveApply(item->context, wanted, view);
          if (!outcome.ok()) return outcome.status();
          answer = outcome->answer;
          return absl::OkStatus();
        }));
    return answer;
  }

  absl::Status Release(const std::string& sender, const std::string& code,
                       absl::Time now = kNow) const {
    const auto item = From(sender, now);
    ext::v1::ReleaseRequestItem wanted;
    wanted.set_reservation_code(code);
    return storage::CommitAndWait(*store_, {}, [&](storage::CommitView& view) {
      return reservation_->SyncReleaseApply(item->context, wanted, view)
          .status();
    });
  }

  static v1::Beneficiary Enrolment(const std::string& person,
                                   const std::string& programme,
                                   const std::string& status = "1") {
    v1::Beneficiary beneficiary;
    auto* id = beneficiary.mutable_member()->add_member_identifier();
    id->set_identifier_type("UIN");
    id->set_identifier_value(person);
    beneficiary.add_programme_identifier()->set_programme_identifier(programme);
    beneficiary.set_enrollment_status(status);
    return beneficiary;
  }

  // The parts of the outcome, the first one first.
  std::vector<exchange::ItemOutcome> Update(
      const std::string& sender, const std::vector<v1::Beneficiary>& all,
      absl::Time now = kNow) const {
    const auto item = From(sender, now);
    v1::EnrollmentUpdatesRequest request;
    for (const v1::Beneficiary& one : all)
      *request.mutable_enrolled_updates()->add_beneficiaries() = one;
    std::vector<storage::Key> keys;
    enrolment_->SyncEnrollmentUpdatesKeys(item->context, request, &keys);
    std::vector<exchange::ItemOutcome> parts;
    EXPECT_OK(storage::CommitAndWait(
        *store_, keys, [&](storage::CommitView& view) -> absl::Status {
          auto outcome = enrolment_->SyncEnrollmentUpdatesApply(item->context,
                                                                request, view);
          if (!outcome.ok()) return outcome.status();
          parts = outcome->outcome.more;
          parts.insert(parts.begin(), outcome->outcome);
          return absl::OkStatus();
        }));
    return parts;
  }

  absl::StatusOr<v1::EnrolledResponseItem> Enrolled(
      const std::string& query, const std::string& entity = "",
      absl::Time now = kNow) const {
    const auto item = From("asker", now);
    v1::EnrolledRequest request;
    request.mutable_enrolled_criteria()->mutable_query()->set_text(query);
    request.mutable_enrolled_criteria()->set_response_entity(entity);
    RETURN_IF_ERROR(enrolment_->ValidateSyncEnrolled(item->context, request));
    auto outcome = enrolment_->SyncEnrolled(item->context, request,
                                            *store_->GetSnapshot(), "");
    if (!outcome.ok()) return outcome.status();
    return outcome->answer;
  }

  bool IsEnrolled(const std::string& query,
                  const std::string& entity = "") const {
    const auto answer = Enrolled(query, entity);
    EXPECT_OK(answer);
    return answer.ok() && answer->enrolled_status() == v1::ENROLLED_STATUS_YES;
  }

  size_t Changes() const {
    size_t count = 0;
    const auto snapshot = store_->GetSnapshot();
    for (auto cursor = snapshot->Scan({registry_->spaces().changes, "", ""});
         cursor->Valid(); cursor->Next())
      ++count;
    return count;
  }

  wire::Codec codec_{&TheModel()};
  std::unique_ptr<storage::Store> store_ = storage::NewMemoryStore(SpaceList());
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<Places> places_;
  std::unique_ptr<EnrolmentHandler> enrolment_;
  std::unique_ptr<ReservationHandler> reservation_;
  mutable std::atomic<int> handles_{0};
};

template <typename T>
Reason ReasonOf(const absl::StatusOr<T>& answer) {
  return schema::ReasonOf(answer.status());
}

TEST_F(IbrTest, AllFormsOfTheQuestionAreAnswered) {
  Update("scheme", {Enrolment("A1", "DCI001")});
  for (const char* query :
       {R"({"person_identifier":{"eq":"A1"}})",
        R"({"person_identifier":{"eq":"A1"},
            "programme_identifier.program.programme_identifier":
                {"eq":"DCI001"}})",
        R"({"attribute_name":"person_identifier","operator":"eq",
            "attribute_value":"A1"})",
        R"({"UIN":{"eq":"A1"}})"})
    EXPECT_TRUE(IsEnrolled(query)) << query;
  EXPECT_FALSE(IsEnrolled(R"({"person_identifier":{"eq":"A2"}})"));
  EXPECT_FALSE(IsEnrolled(R"({"person_identifier":{"eq":"A1"},
                              "programme_identifier":{"eq":"DCI002"}})"));
  EXPECT_EQ(ReasonOf(Enrolled(R"({"programme_identifier":{"eq":"DCI001"}})")),
            common::v1::REASON_SEARCH_CRITERIA_INVALID);
}

TEST_F(IbrTest, MembersOfAnEnrolledGroupAreEnrolled) {
  v1::Beneficiary household = Enrolment("HEAD", "DCI001");
  auto* id = household.mutable_group()->add_group_identifier();
  id->set_identifier_type("HOUSEHOLD_ID");
  id->set_identifier_value("HH-1");
  auto* member = household.mutable_group()->add_member_list();
  member->add_member_identifier()->set_identifier_type("UIN");
  member->mutable_member_identifier(0)->set_identifier_value("CHILD");
  Update("scheme", {household});
  EXPECT_TRUE(IsEnrolled(R"({"person_identifier":{"eq":"CHILD"}})"));
  EXPECT_TRUE(IsEnrolled(R"({"person_identifier":{"eq":"CHILD"}})", "Member"));
  EXPECT_FALSE(IsEnrolled(R"({"person_identifier":{"eq":"CHILD"}})", "Group"));
  EXPECT_TRUE(IsEnrolled(R"({"household_identifier":{"eq":"HH-1"}})"));
}

TEST_F(IbrTest, SuspendedCountsGraduatedAndDeceasedDoNot) {
  for (const auto& [status, in] : std::vector<std::pair<std::string, bool>>{
           {"1", true}, {"2", false}, {"3", false}, {"4", true}}) {
    Update("scheme", {Enrolment("P" + status, "DCI001", status)});
    EXPECT_EQ(IsEnrolled(absl::StrCat(R"({"person_identifier":{"eq":"P)",
                                      status, R"("}})")),
              in)
        << status;
  }
}

TEST_F(IbrTest, AnUpdateGoesOverWhatIsKnownAndKeepsTheRest) {
  v1::Beneficiary first = Enrolment("A1", "DCI001");
  first.mutable_member()->mutable_demographic_info()->set_sex("female");
  first.set_enrollment_date("2025-01-01");
  Update("scheme", {first});
  const auto parts =
      Update("scheme", {Enrolment("A1", "DCI001", "2")}, kNow + absl::Hours(1));
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].status, common::v1::REQUEST_STATUS_SUCC);
  EXPECT_EQ(parts[0].reference_id, "A1");
  const auto snapshot = store_->GetSnapshot();
  const auto key = places_->HolderKey({"UIN", "A1", "DCI001"}, *snapshot);
  ASSERT_OK(key);
  ASSERT_TRUE(key->has_value());
  const auto record = places_->Find(**key, *snapshot);
  ASSERT_OK(record);
  EXPECT_EQ((*record)->enrollment_status(), "2");
  EXPECT_EQ((*record)->enrollment_date(), "2025-01-01");
  EXPECT_EQ((*record)->member().demographic_info().sex(), "female");
  EXPECT_EQ((*record)->member().member_identifier_size(), 1);
  EXPECT_EQ((*record)->status_change_date_size(), 1);
}

TEST_F(IbrTest, RepeatedUpdatesChangeNothingAndLateOnesArePassedOver) {
  v1::Beneficiary newer = Enrolment("A1", "DCI001", "2");
  newer.set_last_updated("2026-03-01T00:00:00Z");
  Update("scheme", {newer});
  const size_t changes = Changes();
  Update("scheme", {newer}, kNow + absl::Hours(1));
  EXPECT_EQ(Changes(), changes);

  v1::Beneficiary older = Enrolment("A1", "DCI001", "1");
  older.set_last_updated("2026-02-01");
  const auto parts = Update("scheme", {older}, kNow + absl::Hours(2));
  EXPECT_EQ(parts[0].status, common::v1::REQUEST_STATUS_SUCC);
  EXPECT_THAT(parts[0].reason_message, HasSubstr("older"));
  EXPECT_EQ(Changes(), changes);
  EXPECT_FALSE(IsEnrolled(R"({"person_identifier":{"eq":"A1"}})"));
}

// As the examples nest it: member.programme_identifier.programme.
TEST_F(IbrTest, AnEnrolmentWithinTheMemberIsFound) {
  v1::Beneficiary nested = Enrolment("A1", "unused");
  nested.clear_programme_identifier();
  nested.clear_enrollment_status();
  auto* inner = nested.mutable_member()->mutable_programme_identifier();
  inner->mutable_programme()->set_programme_identifier("DCI001");
  inner->set_enrollment_status("1");
  Update("scheme", {nested});
  EXPECT_TRUE(IsEnrolled(R"({"person_identifier":{"eq":"A1"},
                             "programme_identifier":{"eq":"DCI001"}})"));
}

TEST_F(IbrTest, EachEnrolmentHasAnOutcomeOfItsOwn) {
  v1::Beneficiary two = Enrolment("A1", "DCI001");
  two.add_programme_identifier()->set_programme_identifier("DCI002");
  v1::Beneficiary nobody = Enrolment("", "DCI001");
  nobody.clear_member();
  v1::Beneficiary nowhere = Enrolment("A3", "");
  nowhere.clear_programme_identifier();
  const auto parts = Update("scheme", {two, nobody, nowhere});
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0].status, common::v1::REQUEST_STATUS_SUCC);
  EXPECT_EQ(parts[1].status, common::v1::REQUEST_STATUS_SUCC);
  EXPECT_EQ(parts[2].reason_code, "rjct.person_id.invalid");
  EXPECT_EQ(parts[3].status, common::v1::REQUEST_STATUS_RJCT);
  EXPECT_EQ(parts[3].reference_id, "A3");
}

TEST_F(IbrTest, TheSecondToReserveAPlaceLosesUntilItIsFree) {
  const auto first = Reserve("A", Wanted("P", "DCI001"));
  ASSERT_OK(first);
  EXPECT_EQ(ReasonOf(Reserve("B", Wanted("P", "DCI001"))),
            common::v1::REASON_ENROLLMENT_RESERVED);
  EXPECT_OK(Reserve("B", Wanted("P", "DCI002")));
  EXPECT_OK(Reserve("B", Wanted("Q", "DCI001")));
  EXPECT_EQ(schema::ReasonOf(Release("B", first->reservation_code())),
            common::v1::REASON_RESERVATION_NOT_FOUND);
  EXPECT_OK(Release("A", first->reservation_code()));
  EXPECT_OK(Reserve("B", Wanted("P", "DCI001")));
}

TEST_F(IbrTest, AReservationEndsByItself) {
  ext::v1::ReserveRequestItem wanted = Wanted("P", "DCI001");
  wanted.set_until(FormatTimestamp(kNow + absl::Minutes(5)));
  const auto first = Reserve("A", wanted);
  ASSERT_OK(first);
  const absl::Time end = kNow + absl::Minutes(5);
  EXPECT_FALSE(
      Reserve("B", Wanted("P", "DCI001"), end - absl::Seconds(1)).ok());
  EXPECT_EQ(schema::ReasonOf(Release("A", first->reservation_code(), end)),
            common::v1::REASON_RESERVATION_NOT_FOUND);
  EXPECT_OK(Reserve("B", Wanted("P", "DCI001"), end));
  // No longer than the registry allows, and not at all in the past.
  wanted = Wanted("R", "DCI001");
  wanted.set_until(FormatTimestamp(kNow + absl::Hours(1000)));
  const auto longest = Reserve("A", wanted);
  ASSERT_OK(longest);
  EXPECT_EQ(longest->until(), FormatTimestamp(kNow + absl::Hours(24)));
  wanted.set_until(FormatTimestamp(kNow));
  EXPECT_EQ(ReasonOf(Reserve("A", wanted)),
            common::v1::REASON_TIMESTAMP_INVALID);
}

TEST_F(IbrTest, TheHolderProlongsWhatItHolds) {
  const auto first = Reserve("A", Wanted("P", "DCI001", {"DCI009"}));
  ASSERT_OK(first);
  const auto again =
      Reserve("A", Wanted("P", "DCI001"), kNow + absl::Hours(20));
  ASSERT_OK(again);
  EXPECT_EQ(again->reservation_code(), first->reservation_code());
  EXPECT_EQ(again->until(), FormatTimestamp(kNow + absl::Hours(44)));
  // What it no longer excludes is free.
  EXPECT_OK(Reserve("B", Wanted("P", "DCI009")));
}

TEST_F(IbrTest, OfTwoSchemesThatExcludeEachOtherOneWins) {
  ASSERT_OK(Reserve("A", Wanted("P", "DCI001", {"DCI002"})));
  EXPECT_EQ(ReasonOf(Reserve("B", Wanted("P", "DCI002", {"DCI001"}))),
            common::v1::REASON_ENROLLMENT_RESERVED);
  // Nor can it enrol without asking.
  EXPECT_EQ(Update("B", {Enrolment("P", "DCI002")})[0].reason_code,
            "rjct.enrollment.reserved");
  EXPECT_FALSE(IsEnrolled(R"({"person_identifier":{"eq":"P"}})"));
  // The holder enrols; then it is the enrolment that stands in the way.
  EXPECT_EQ(Update("A", {Enrolment("P", "DCI001")})[0].status,
            common::v1::REQUEST_STATUS_SUCC);
  EXPECT_EQ(ReasonOf(Reserve("B", Wanted("P", "DCI002", {"DCI001"}))),
            common::v1::REASON_ENROLLMENT_EXISTS);
  EXPECT_EQ(ReasonOf(Reserve("A", Wanted("P", "DCI001"))),
            common::v1::REASON_ENROLLMENT_EXISTS);
}

TEST_F(IbrTest, WhoIsInStaysInWhateverIsReserved) {
  Update("B", {Enrolment("P", "DCI002")});
  ASSERT_OK(Reserve("A", Wanted("P", "DCI001")));
  EXPECT_EQ(
      Update("B", {Enrolment("P", "DCI002", "4")}, kNow + absl::Hours(1))[0]
          .status,
      common::v1::REQUEST_STATUS_SUCC);
}

TEST_F(IbrTest, AnswersMentionALiveReservation) {
  ASSERT_OK(Reserve("A", Wanted("P", "DCI001")));
  const std::string query = R"({"person_identifier":{"eq":"P"},
                                "programme_identifier":{"eq":"DCI001"}})";
  const auto during = Enrolled(query);
  ASSERT_OK(during);
  EXPECT_EQ(during->enrolled_status(), v1::ENROLLED_STATUS_NO);
  EXPECT_EQ(during->reserved_until(), FormatTimestamp(kNow + absl::Hours(24)));
  const auto elsewhere = Enrolled(R"({"person_identifier":{"eq":"P"},
                                      "programme_identifier":{"eq":"X"}})");
  ASSERT_OK(elsewhere);
  EXPECT_FALSE(elsewhere->has_reserved_until());
  const auto after = Enrolled(query, "", kNow + absl::Hours(24));
  ASSERT_OK(after);
  EXPECT_FALSE(after->has_reserved_until());
}

TEST_F(IbrTest, OfManyAtOnceExactlyOneWins) {
  constexpr int kClients = 16, kRounds = 25;
  std::atomic<int> won{0}, lost{0};
  std::vector<std::thread> clients;
  for (int client = 0; client < kClients; ++client)
    clients.emplace_back([&, client] {
      for (int round = 0; round < kRounds; ++round) {
        const auto answer =
            Reserve(absl::StrCat("scheme ", client),
                    Wanted(absl::StrCat("P", round), "DCI001", {"DCI002"}));
        ++(answer.ok() ? won : lost);
        if (!answer.ok())
          EXPECT_EQ(ReasonOf(answer), common::v1::REASON_ENROLLMENT_RESERVED);
      }
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(won, kRounds);
  EXPECT_EQ(lost, kRounds * (kClients - 1));
}

TEST_F(IbrTest, WhatHasEndedIsSweptAndWhatHoldsIsNot) {
  ext::v1::ReserveRequestItem shortly = Wanted("P", "DCI001", {"DCI002"});
  shortly.set_until(FormatTimestamp(kNow + absl::Minutes(1)));
  ASSERT_OK(Reserve("A", shortly));
  ASSERT_OK(Reserve("A", Wanted("Q", "DCI001")));
  const auto space = store_->FindSpace(kReservationSpace);
  ASSERT_OK(space);
  const auto rows = [&] {
    int count = 0;
    const auto snapshot = store_->GetSnapshot();
    for (auto cursor = snapshot->Scan({*space, "", ""}); cursor->Valid();
         cursor->Next())
      ++count;
    return count;
  };
  EXPECT_EQ(rows(), 5);
  ASSERT_OK(places_->ExecutePass(kNow + absl::Minutes(1)));
  EXPECT_EQ(rows(), 2);
  EXPECT_FALSE(Reserve("B", Wanted("Q", "DCI001")).ok());
}

TEST_F(IbrTest, IncompleteRequestsAreRefused) {
  EXPECT_EQ(ReasonOf(Reserve("A", Wanted("", "DCI001"))),
            common::v1::REASON_PERSON_ID_INVALID);
  EXPECT_EQ(ReasonOf(Reserve("A", Wanted("P", ""))),
            common::v1::REASON_SEARCH_CRITERIA_INVALID);
  EXPECT_EQ(ReasonOf(Reserve(
                "A", Wanted("P", "X", std::vector<std::string>(21, "Y")))),
            common::v1::REASON_SEARCH_CRITERIA_INVALID);
  ext::v1::ReserveRequestItem item = Wanted("P", "X");
  item.set_until("tomorrow");
  EXPECT_EQ(ReasonOf(Reserve("A", item)), common::v1::REASON_TIMESTAMP_INVALID);
  EXPECT_EQ(schema::ReasonOf(Release("A", "")),
            common::v1::REASON_RESERVATION_NOT_FOUND);
}

}  // namespace
}  // namespace dci::ibr
