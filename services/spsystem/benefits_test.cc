#include "services/spsystem/benefits.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/spsystem/sp_site.h"

namespace dci::spsystem {
namespace {

using Changing = admin::v1::ChangeEnrolmentRequest;

std::string EndOf(config::v1::Programme::Frequency frequency,
                  const std::string& cycle) {
  const auto end = EndOfCycle(frequency, cycle);
  return end.ok() ? absl::FormatTime("%Y-%m-%d", *end, absl::UTCTimeZone())
                  : "";
}

class BenefitsTest : public ::testing::Test {
 protected:
  void Enrol(const std::vector<std::string>& uins) {
    ASSERT_OK(site_.StartIntake(absl::StrCat("intake-", uins[0])));
    ASSERT_TRUE(site_.AnswerSearch(uins));
    site_.AnswerIbr();
  }
  absl::StatusOr<admin::v1::MakeBenefitListResponse> Make(
      const std::string& cycle) {
    admin::v1::MakeBenefitListRequest request;
    request.set_programme("child");
    request.set_cycle(cycle);
    return site_.system->benefits().Make(request);
  }
  absl::StatusOr<admin::v1::ListBenefitsResponse> List(
      const std::string& cycle, int page_size = 0,
      const std::string& token = "") {
    admin::v1::ListBenefitsRequest request;
    request.set_programme("child");
    request.set_cycle(cycle);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return site_.system->benefits().List(request);
  }

  SpSite site_;
};

TEST_F(BenefitsTest, ACycleEndsWhereTheNextBegins) {
  using P = config::v1::Programme;
  EXPECT_EQ(EndOf(P::FREQUENCY_UNSPECIFIED, "2026-11"), "2026-12-01");
  EXPECT_EQ(EndOf(P::FREQUENCY_MONTHLY, "2026-12"), "2027-01-01");
  EXPECT_EQ(EndOf(P::FREQUENCY_QUARTERLY, "2026-Q4"), "2027-01-01");
  EXPECT_EQ(EndOf(P::FREQUENCY_YEARLY, "2026"), "2027-01-01");
  EXPECT_OK(EndOfCycle(P::FREQUENCY_ONCE, "once"));
  for (const char* text : {"", "2026", "2026-13", "2026-00", "2026-1", "26-11",
                           "2026-Q1", "2026-11-", "2026-xx"})
    EXPECT_EQ(EndOf(P::FREQUENCY_MONTHLY, text), "") << text;
  EXPECT_EQ(EndOf(P::FREQUENCY_QUARTERLY, "2026-Q5"), "");
  EXPECT_EQ(EndOf(P::FREQUENCY_YEARLY, "2026-11"), "");
  EXPECT_EQ(EndOf(P::FREQUENCY_ONCE, "2026"), "");
}

TEST_F(BenefitsTest, AListNamesWhoIsDueWhatAndIsMadeOnce) {
  Enrol({"a", "b", "c"});
  ASSERT_OK(site_.Change("c", Changing::CHANGE_SUSPEND));
  EXPECT_THAT(List("2026-11"), StatusIs(absl::StatusCode::kNotFound));
  auto made = Make("2026-11");
  ASSERT_OK(made);
  EXPECT_EQ(made->entries(), 2);
  EXPECT_TRUE(made->made());
  Enrol({"d"});
  made = Make("2026-11");
  EXPECT_EQ(made->entries(), 2);
  EXPECT_FALSE(made->made());
  const auto list = List("2026-11");
  ASSERT_OK(list);
  ASSERT_EQ(list->benefits_size(), 2);
  EXPECT_EQ(list->benefits(0).beneficiary().value(), "a");
  EXPECT_EQ(list->benefits(0).amount(), "50.00");
  EXPECT_EQ(list->benefits(0).currency(), "USD");
  EXPECT_NE(list->benefits(0).id(), list->benefits(1).id());
  ASSERT_OK(Make("2026-12"));
  EXPECT_NE(List("2026-12")->benefits(0).id(), list->benefits(0).id());
}

TEST_F(BenefitsTest, WhoIsEnrolledAfterTheCycleIsNotDue) {
  Enrol({"a"});
  EXPECT_EQ(Make("2026-10")->entries(), 0);
  EXPECT_EQ(Make("2026-11")->entries(), 1);
}

TEST_F(BenefitsTest, WhatIsDueIsWithheldWhileTheBenefitIsStopped) {
  Enrol({"a", "b"});
  ASSERT_OK(Make("2026-11"));
  site_.Notify("Death", 10, "a", true);
  EXPECT_TRUE(List("2026-11")->benefits(0).withheld());
  EXPECT_FALSE(List("2026-11")->benefits(1).withheld());
  EXPECT_EQ(Make("2026-11")->withheld(), 1);
  EXPECT_EQ(Make("2026-12")->entries(), 1);
  site_.Notify("DeathReversal", 11, "a");
  EXPECT_FALSE(List("2026-11")->benefits(0).withheld());
}

TEST_F(BenefitsTest, ALongListIsMadeInPartsAndReadInPages) {
  std::vector<std::string> uins;
  for (int i = 0; i < 1203; ++i) uins.push_back(absl::StrCat("u", i));
  Enrol(uins);
  EXPECT_EQ(Make("2026-11")->entries(), 1203);
  std::set<std::string> seen;
  std::string token;
  do {
    const auto page = List("2026-11", 500, token);
    ASSERT_OK(page);
    for (const auto& benefit : page->benefits())
      EXPECT_TRUE(seen.insert(benefit.id()).second);
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(seen.size(), 1203u);
}

TEST_F(BenefitsTest, ErrorsSayWhatIsWrong) {
  EXPECT_THAT(Make("2026"), StatusIs(absl::StatusCode::kInvalidArgument));
  admin::v1::MakeBenefitListRequest request;
  request.set_programme("nobody's");
  request.set_cycle("2026-11");
  EXPECT_THAT(site_.system->benefits().Make(request),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace dci::spsystem
