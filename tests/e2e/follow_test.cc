// Institutions follow each other over HTTP, each with a store and keys of its
// own: a birth becomes a benefit, a death stops it, its reversal resumes it;
// also when everything is stopped and started again between two steps.
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/net/http_client.h"
#include "services/sandbox/ecosystem.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

std::string Person(const std::string& uin, const std::string& name,
                   const std::string& more) {
  return absl::StrCat(
      "{\"@type\":\"CRVS_Person\",\"identifier\":[{\"identifier_type\":"
      "\"UIN\",\"identifier_value\":\"",
      uin, "\"}],\"name\":{\"given_name\":\"", name,
      "\",\"surname\":\"Okoro\"},\"sex\":\"female\",\"birth_date\":"
      "\"2026-11-20\"",
      more, "}");
}

std::string Born(const std::string& uin, const std::string& name,
                 const std::string& parent) {
  return Person(uin, name,
                absl::StrCat(",\"parent1_identifier\":{\"identifier_type\":"
                             "\"UIN\",\"identifier_value\":\"",
                             parent, "\"}"));
}

class FollowTest : public testing::Test {
 protected:
  void SetUp() override {
    flags_.data_dir = NewFolder();
    flags_.households = 5;
    flags_.first_ports = {};
    net::HttpClientOptions options;
    options.addresses.allow_loopback = true;
    auto client = net::HttpClient::Create(options);
    ASSERT_OK(client);
    client_ = *std::move(client);
    ASSERT_NO_FATAL_FAILURE(Start());
  }
  void TearDown() override {
    if (all_ != nullptr) all_->Shutdown();
  }

  void Start() {
    auto all = sandbox::Ecosystem::Start(flags_);
    ASSERT_OK(all);
    all_ = *std::move(all);
  }
  // What is acknowledged and not done is in the stores.
  void Restart() {
    all_->Shutdown();
    all_.reset();
    ASSERT_NO_FATAL_FAILURE(Start());
  }

  std::string Ask(const std::string& institution, const std::string& path,
                  const std::string& body) {
    net::HttpClientRequest request;
    request.method = body.empty() ? "GET" : "POST";
    request.url = all_->At(institution).admin_url() + path;
    request.headers.Add("Authorization",
                        absl::StrCat("Bearer ", all_->operator_token()));
    request.headers.Add("Content-Type", "application/json");
    request.body = body;
    const auto answer = client_->Call(std::move(request));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->body : "";
  }
  // Asks until the answer is as it should be; the last answer.
  std::string Await(const std::string& institution, const std::string& path,
                    const std::string& body,
                    const std::function<bool(const std::string&)>& is) {
    const absl::Time end = absl::Now() + kPatience;
    std::string answer;
    do {
      answer = Ask(institution, path, body);
      if (is(answer)) return answer;
    } while (absl::Now() < end);
    ADD_FAILURE() << institution << path << " " << body << ": " << answer;
    return answer;
  }
  std::string AwaitText(const std::string& institution, const std::string& path,
                        const std::string& body, const std::string& text) {
    return Await(institution, path, body, [&](const std::string& answer) {
      return absl::StrContains(answer, text);
    });
  }

  // Until everybody is subscribed where they should be; then somebody in a
  // household is a parent.
  void AwaitSubscriptions() {
    for (const char* who : {sandbox::kSocial, sandbox::kSpSystem})
      Await(who, "/admin/subscriptions/standing", "{}",
            [](const std::string& answer) {
              return absl::StrContains(answer, "\"live\"") &&
                     !absl::StrContains(answer, "\"asked\"") &&
                     !absl::StrContains(answer, "\"refused\"");
            });
    parent_ = ParentIn(
        Ask("social", "/admin/registry/export", "{\"type\":\"Group\"}"));
    ASSERT_NE(parent_, "");
  }
  void Load(const std::string& record) {
    EXPECT_THAT(
        Ask("crvs", "/admin/registry/load",
            absl::StrCat("{\"load\":\"l-", ++loads_,
                         "\",\"end\":true,\"no_bulk\":true,\"lines\":\"",
                         absl::Base64Escape(record), "\"}")),
        HasSubstr("\"read\""));
  }
  static std::string EnrolmentOf(const std::string& uin) {
    return absl::StrCat(
        "{\"programme\":\"CHA001\",\"identifier\":{\"type\":\"UIN\","
        "\"value\":\"",
        uin, "\"}}");
  }
  void AwaitEnrolment(const std::string& uin, const std::string& state) {
    Await(sandbox::kSpSystem, "/admin/enrolments/get", EnrolmentOf(uin),
          [&](const std::string& answer) {
            const size_t history = answer.find("\"history\"");
            const std::string now = answer.substr(0, history);
            return absl::StrContains(
                       now, absl::StrCat("\"state\":\"", state, "\"")) &&
                   absl::StrContains(answer, "\"reported\":true");
          });
  }
  // What the beneficiary registry holds of somebody in CHA001, written as a
  // code or as its label.
  void AwaitStatusAtIbr(const std::string& uin, const std::string& status) {
    const std::string label = status == "1" ? "Active" : "Deceased";
    Await("ibr", "/admin/registry/export", "{\"type\":\"Beneficiary\"}",
          [&](const std::string& answer) {
            const std::string line = FromBase64Lines(answer, uin);
            return absl::StrContains(
                       line, absl::StrCat("_status\":\"", status, "\"")) ||
                   absl::StrContains(line, absl::StrCat("_status\":\"", label));
          });
  }
  // The exported line that has the text; empty where there is none.
  static std::string FromBase64Lines(const std::string& answer,
                                     const std::string& text);
  // Identifier of the first member of an exported group.
  static std::string ParentIn(const std::string& answer);

  server::SandboxFlags flags_;
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<sandbox::Ecosystem> all_;
  std::string parent_;
  int loads_ = 0;
};

std::string FollowTest::ParentIn(const std::string& answer) {
  const std::string mark =
      "\"identifier_type\":\"UIN\",\"identifier_value\":\"";
  const std::string group = FromBase64Lines(answer, mark);
  const size_t list = group.find("\"member_list\"");
  if (list == std::string::npos) return "";
  const size_t at = group.find(mark, list);
  if (at == std::string::npos) return "";
  const size_t begin = at + mark.size();
  return group.substr(begin, group.find('"', begin) - begin);
}

std::string FollowTest::FromBase64Lines(const std::string& answer,
                                        const std::string& text) {
  const std::string mark = "\"lines\":\"";
  const size_t at = answer.find(mark);
  if (at == std::string::npos) return "";
  const size_t begin = at + mark.size();
  std::string lines;
  absl::Base64Unescape(answer.substr(begin, answer.find('"', begin) - begin),
                       &lines);
  for (absl::string_view line : absl::StrSplit(lines, '\n'))
    if (absl::StrContains(line, text)) return std::string(line);
  return "";
}

TEST_F(FollowTest, ABirthBecomesABenefitADeathStopsItAReversalResumesIt) {
  AwaitSubscriptions();
  Load(Born("4711000001", "Adaeze", parent_));
  Await("social", "/admin/registry/export", "{\"type\":\"Group\"}",
        [this](const std::string& answer) {
          return absl::StrContains(FromBase64Lines(answer, parent_),
                                   "4711000001");
        });
  AwaitEnrolment("4711000001", "active");
  AwaitStatusAtIbr("4711000001", "1");
  EXPECT_THAT(Ask(sandbox::kSpSystem, "/admin/benefits/make",
                  "{\"programme\":\"CHA001\",\"cycle\":\"2099-01\"}"),
              HasSubstr("\"made\":true"));
  EXPECT_THAT(Ask(sandbox::kSpSystem, "/admin/benefits/list",
                  "{\"programme\":\"CHA001\",\"cycle\":\"2099-01\"}"),
              HasSubstr("4711000001"));

  const std::string dead = absl::StrReplaceAll(
      Born("4711000001", "Adaeze", parent_),
      {{"\"birth_date\"", "\"death_date\":\"2026-11-23\",\"birth_date\""}});
  Load(dead);
  AwaitEnrolment("4711000001", "stopped");
  AwaitStatusAtIbr("4711000001", "2");
  // Its subscribers are told.
  AwaitText(sandbox::kSpSystem, "/inbox?limit=1000", "",
            "\"enrollement_status_change\"");
  EXPECT_THAT(Ask(sandbox::kSpSystem, "/admin/benefits/list",
                  "{\"programme\":\"CHA001\",\"cycle\":\"2099-01\"}"),
              HasSubstr("\"withheld\":true"));

  Load(Born("4711000001", "Adaeze", parent_));
  AwaitEnrolment("4711000001", "active");
  AwaitStatusAtIbr("4711000001", "1");
}

TEST_F(FollowTest, EverythingGoesOnAfterBeingStoppedBetweenTheSteps) {
  AwaitSubscriptions();
  Load(Born("4711000002", "Ada", parent_));
  ASSERT_NO_FATAL_FAILURE(Restart());
  Await("social", "/admin/registry/export", "{\"type\":\"Group\"}",
        [this](const std::string& answer) {
          return absl::StrContains(FromBase64Lines(answer, parent_),
                                   "4711000002");
        });
  ASSERT_NO_FATAL_FAILURE(Restart());
  AwaitEnrolment("4711000002", "active");
  Load(absl::StrReplaceAll(
      Born("4711000002", "Ada", parent_),
      {{"\"birth_date\"", "\"death_date\":\"2026-11-23\",\"birth_date\""}}));
  ASSERT_NO_FATAL_FAILURE(Restart());
  AwaitEnrolment("4711000002", "stopped");
  ASSERT_NO_FATAL_FAILURE(Restart());
  AwaitStatusAtIbr("4711000002", "2");
}

TEST_F(FollowTest,
       ABirthThatIsDeletedLeavesTheHouseholdAndOneOfNobodyIsListed) {
  AwaitSubscriptions();
  Load(Born("4711000003", "Ada", parent_));
  Await("social", "/admin/registry/export", "{\"type\":\"Group\"}",
        [this](const std::string& answer) {
          return absl::StrContains(FromBase64Lines(answer, parent_),
                                   "4711000003");
        });
  Ask("crvs", "/admin/registry/delete",
      "{\"type\":\"Person\",\"key\":[\"UIN\",\"4711000003\"]}");
  Await("social", "/admin/registry/export", "{\"type\":\"Group\"}",
        [this](const std::string& answer) {
          return absl::StrContains(answer, "\"lines\"") &&
                 !absl::StrContains(FromBase64Lines(answer, parent_),
                                    "4711000003");
        });

  Load(Born("4711000004", "Dan", "0000000000"));
  const std::string listed =
      AwaitText("social", "/admin/reactions/unmatched", "{}", "4711000004");
  EXPECT_THAT(listed, HasSubstr("no Group has any of its identifiers"));
  // The registration of the birth is mended, and nothing is left to do.
  Load(Born("4711000004", "Dan", parent_));
  Await("social", "/admin/reactions/unmatched", "{}",
        [](const std::string& answer) {
          return !absl::StrContains(answer, "4711000004");
        });
  Await("social", "/admin/registry/export", "{\"type\":\"Group\"}",
        [this](const std::string& answer) {
          return absl::StrContains(FromBase64Lines(answer, parent_),
                                   "4711000004");
        });
}

}  // namespace
}  // namespace dci::e2e
