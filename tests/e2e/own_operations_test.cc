// Operations that only one registry has, as peers see them: over both wires,
// with many clients at once, and with scopes of their own.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/base/status_matchers.h"
#include "services/server/known_registries.h"
#include "services/transport/grpc_caller.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The document as field 15, `original`, of an envelope.
std::string Relayed(const std::string& document) {
  std::string bytes = "\x7a";
  for (size_t size = document.size();; size >>= 7) {
    if (size < 128) {
      bytes.push_back(static_cast<char>(size));
      break;
    }
    bytes.push_back(static_cast<char>((size & 127) | 128));
  }
  return bytes + document;
}

std::string Document(const std::string& sender, const std::string& action,
                     const std::string& id, const std::string& message) {
  return absl::StrCat(
      "{\"header\":",
      absl::StrReplaceAll(HeaderJson(sender, id),
                          {{"\"action\":\"search\"",
                            absl::StrCat("\"action\":\"", action, "\"")}}),
      ",\"message\":", message, "}");
}

std::unique_ptr<Site> Start(const std::string& registry) {
  config::v1::ServerConfig config = SiteConfig(NewFolder(), registry);
  for (const char* sender : {"a", "b", "c", "d", "e", "f"}) {
    config::v1::Participant caller = Caller(sender);
    caller.set_tolerance(config::v1::TOLERANCE_LENIENT);
    caller.add_scopes("registry.notify");
    caller.add_scopes("registry.reserve");
    *config.add_participants() = caller;
  }
  config::v1::Participant searcher = Caller("searcher");
  searcher.set_authorization(config::v1::POLICY_REQUIRED);
  *config.add_participants() = searcher;
  auto site = Site::Start(config);
  EXPECT_OK(site);
  return *std::move(site);
}

net::HttpResponse Post(Site& site, const std::string& path,
                       const std::string& document) {
  return site.Call(site.Url(path), document);
}

// Bytes of the answering envelope.
std::string Grpc(Site& site, const std::string& method,
                 const std::string& document) {
  transport::GrpcCaller caller(nullptr);
  const auto answer = caller.CallAndWait(site.GrpcTarget(), method,
                                         Relayed(document), absl::Seconds(60));
  EXPECT_OK(answer);
  return answer.ok() ? *answer : "";
}

std::string ReserveJson(const std::string& id, const std::string& person) {
  return absl::StrCat(
      "{\"transaction_id\":\"t-", id,
      "\",\"reserve_request\":[{\"reference_id\":\"1\",\"timestamp\":"
      "\"2026-01-01T00:00:00Z\",\"person\":{\"identifier_type\":\"UIN\","
      "\"identifier_value\":\"",
      person, "\"},\"programme_identifier\":\"NEW001\"}]}");
}

std::string EnrolledJson(const std::string& person,
                         const std::string& programme) {
  return absl::StrCat(
      "{\"transaction_id\":\"t\",\"enrolled_criteria\":{\"query_type\":"
      "\"expression\",\"query\":{\"person_identifier\":{\"eq\":\"",
      person,
      "\"},\"programme_identifier.program.programme_identifier\":{\"eq\":\"",
      programme, "\"}}}}");
}

std::string UpdateJson(const std::string& id, const std::string& person,
                       const std::string& programme) {
  return absl::StrCat(
      "{\"transaction_id\":\"t-", id,
      "\",\"enrolled_updates\":{\"beneficiaries\":[{\"@type\":\"Beneficiary\","
      "\"member\":{\"member_identifier\":[{\"identifier_type\":\"UIN\","
      "\"identifier_value\":\"",
      person, "\"}]},\"programme_identifier\":[{\"programme_identifier\":\"",
      programme, "\"}],\"enrollment_status\":\"Active\"}]}}");
}

constexpr char kReserve[] = "/registry/sync/enrollment/reserve";
constexpr char kEnrolled[] = "/registry/sync/enrolled";
constexpr char kUpdates[] = "/registry/sync/enrollment/updates";

TEST(OwnOperationsTest, OfManyClientsOnBothWiresOneReservesThePlace) {
  const auto site = Start("ibr");
  ASSERT_NE(site, nullptr);
  constexpr int kRounds = 8;
  const std::string senders = "abcdef";
  std::atomic<int> won{0}, lost{0};
  std::vector<std::thread> clients;
  for (size_t client = 0; client < senders.size(); ++client)
    clients.emplace_back([&, client] {
      const std::string sender(1, senders[client]);
      for (int round = 0; round < kRounds; ++round) {
        const std::string id = absl::StrCat(sender, round);
        const std::string document =
            Document(sender, "reserve", id,
                     ReserveJson(id, absl::StrCat("NEW-", round)));
        const std::string answer =
            client % 2 == 0
                ? Post(*site, kReserve, document).body
                : Grpc(*site, "/dci.ext.v1.EnrollmentReservation/SyncReserve",
                       document);
        const bool refused =
            absl::StrContains(answer, "rjct.enrollment.reserved");
        EXPECT_FALSE(answer.empty() || absl::StrContains(answer, "err."))
            << answer;
        ++(refused ? lost : won);
      }
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(won, kRounds);
  EXPECT_EQ(lost, kRounds * (static_cast<int>(senders.size()) - 1));
  site->institution().Shutdown(absl::Seconds(30));
}

TEST(OwnOperationsTest, AReservationIsToldThenUsedUpByTheEnrolment) {
  const auto site = Start("ibr");
  ASSERT_NE(site, nullptr);
  const auto enrolled = [&](const std::string& id) {
    return Post(*site, kEnrolled,
                Document("b", "search", id, EnrolledJson("P-1", "NEW001")))
        .body;
  };
  EXPECT_THAT(enrolled("e1"), AllOf(HasSubstr("\"enrolled_status\":\"no\""),
                                    Not(HasSubstr("reserved_until"))));
  const auto reserved =
      Post(*site, kReserve,
           Document("a", "reserve", "r1", ReserveJson("r1", "P-1")));
  EXPECT_EQ(reserved.status, 200) << reserved.body;
  EXPECT_THAT(reserved.body, HasSubstr("reservation_code"));
  EXPECT_THAT(enrolled("e2"), AllOf(HasSubstr("\"enrolled_status\":\"no\""),
                                    HasSubstr("reserved_until")));
  EXPECT_THAT(
      Post(*site, kUpdates,
           Document("b", "notify", "u1", UpdateJson("u1", "P-1", "NEW001")))
          .body,
      HasSubstr("\"rjct\""));
  EXPECT_THAT(
      Post(*site, kUpdates,
           Document("a", "notify", "u2", UpdateJson("u2", "P-1", "NEW001")))
          .body,
      AllOf(HasSubstr("\"succ\""), HasSubstr("P-1")));
  EXPECT_THAT(enrolled("e3"), AllOf(HasSubstr("\"enrolled_status\":\"yes\""),
                                    Not(HasSubstr("reserved_until"))));
  EXPECT_THAT(
      Grpc(*site, "/dci.ibr.v1.BeneficiaryEnrolment/SyncEnrolled",
           Document("b", "search", "e4", EnrolledJson("P-1", "NEW001"))),
      HasSubstr("P-1"));
  // The same message again is the same answer, and no second enrolment.
  const std::string again =
      Document("a", "notify", "u3", UpdateJson("u3", "P-9", "NEW001"));
  EXPECT_EQ(Post(*site, kUpdates, again).status, 200);
  EXPECT_EQ(Post(*site, kUpdates, again).status, 200);
  site->institution().Shutdown(absl::Seconds(30));
}

TEST(OwnOperationsTest, ASearchersTokenReservesNothing) {
  const auto site = Start("ibr");
  ASSERT_NE(site, nullptr);
  const auto answer =
      Post(*site, kReserve,
           Document("searcher", "reserve", "r", ReserveJson("r", "P-1")));
  EXPECT_TRUE(answer.status == 401 || answer.status == 403) << answer.body;
  site->institution().Shutdown(absl::Seconds(30));
}

TEST(OwnOperationsTest, ADisabilityRegistryAnswersItsThreeQuestions) {
  const auto site = Start("disability");
  ASSERT_NE(site, nullptr);
  const auto ask = [&](const std::string& path, const std::string& id,
                       const std::string& person) {
    return Post(*site, path,
                Document("a", "search", id,
                         absl::StrCat(
                             "{\"transaction_id\":\"t\",\"disabled_criteria\":"
                             "{\"query_type\":\"expression\",\"query\":{"
                             "\"member.member_identifier\":{\"eq\":\"",
                             person, "\"}}}}")))
        .body;
  };
  EXPECT_THAT(ask("/registry/sync/disabled", "1", "ABC451123"),
              AllOf(HasSubstr("\"disabled_status\":\"yes\""),
                    HasSubstr("\"reference_id\":\"ABC451123\"")));
  EXPECT_THAT(ask("/dr/sync/disabled", "2", "NOBODY"),
              HasSubstr("\"disabled_status\":\"no\""));
  EXPECT_THAT(ask("/registry/sync/get-disability-details", "3", "ABC451123"),
              AllOf(HasSubstr("\"reg_records\":[{\"disability_details\":[{"),
                    Not(HasSubstr("human_assistance"))));
  EXPECT_THAT(
      ask("/registry/sync/get-disability-support", "4", "ABC451123"),
      AllOf(HasSubstr("\"reg_records\":[[{"), HasSubstr("human_assistance")));
  site->institution().Shutdown(absl::Seconds(30));
}

TEST(OwnOperationsTest, EmploymentSupportTellsTheStateOfAnEnrolment) {
  const auto site = Start("employment");
  ASSERT_NE(site, nullptr);
  for (const char* path :
       {"/registry/sync/check-enrollment", "/ess/sync/check-enrollment"}) {
    const auto answer = Post(
        *site, path,
        Document("a", "search", path,
                 "{\"transaction_id\":\"t\",\"enrolled_criteria\":{\"query\":"
                 "{\"person_identifier\":{\"eq\":\"TEST-001\"}}}}"));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr("\"enrolled_status\":\""),
                      HasSubstr("\"txn-on-status\""), HasSubstr("TEST-001")));
  }
  site->institution().Shutdown(absl::Seconds(30));
}

}  // namespace
}  // namespace dci::e2e
