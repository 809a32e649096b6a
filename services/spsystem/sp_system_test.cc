#include "services/spsystem/sp_system.h"

#include <string>
#include <vector>

#include "dci/registry/v1/search.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/spsystem/sp_site.h"

namespace dci::spsystem {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Changing = admin::v1::ChangeEnrolmentRequest;

std::vector<std::string> StatesOf(const admin::v1::Enrolment& enrolment) {
  std::vector<std::string> states;
  for (const auto& step : enrolment.history()) states.push_back(step.state());
  return states;
}

// Somebody is enrolled in "child".
void Enrol(SpSite& site, const std::string& uin) {
  ASSERT_OK(site.StartIntake("intake-" + uin));
  ASSERT_TRUE(site.AnswerSearch({uin}));
  site.AnswerIbr();
  ASSERT_EQ(site.State(uin), "active");
}

TEST(SpSystemTest, AnIntakeEnrolsWhomTheIbrHasNothingAgainst) {
  SpSite site;
  site.held["b"] = "foster";
  ASSERT_OK(site.StartIntake("1"));
  ASSERT_THAT(site.sent, SizeIs(1));
  EXPECT_EQ(site.sent[0].method->full_name,
            "dci.social.v1.SocialRegistry.Search");
  registry::v1::SearchRequest search;
  ASSERT_TRUE(search.ParseFromString(site.sent[0].body));
  EXPECT_THAT(
      search.search_request(0).search_criteria().expression().value().text(),
      HasSubstr("\"query\":{\"birth_date\":{\"$gt\":\"2021-01-01\"}}"));
  EXPECT_EQ(site.Intake("1").state(), "asked");

  site.Restart();
  ASSERT_TRUE(site.AnswerSearch({"a", "b"}));
  EXPECT_EQ(site.Intake("1").state(), "done");
  EXPECT_EQ(site.Intake("1").found(), 2);
  EXPECT_EQ(site.Intake("1").added(), 2);
  EXPECT_EQ(site.State("a"), "checking");
  site.Restart();
  site.AnswerIbr();
  EXPECT_EQ(site.State("a"), "active");
  EXPECT_TRUE(site.Enrolment("a").reported());
  EXPECT_EQ(site.told["a"], "1");
  EXPECT_EQ(site.State("b"), "refused");
  EXPECT_EQ(site.told.count("b"), 0u);
  EXPECT_THAT(site.Enrolment("b").history(1).reason(),
              HasSubstr("rjct.enrollment.exists"));
  EXPECT_THAT(StatesOf(site.Enrolment("a")), ElementsAre("checking", "active"));
}

TEST(SpSystemTest, AnswersThatComeAgainOrInPagesCountOnce) {
  SpSite site;
  ASSERT_OK(site.StartIntake("1"));
  ASSERT_OK(site.StartIntake("1"));
  ASSERT_THAT(site.sent, SizeIs(1));
  site.AnswerSearch({"a"}, 1, 2);
  site.RepeatAnswer();
  EXPECT_EQ(site.Intake("1").state(), "asked");
  site.AnswerSearch({"b"}, 2, 2);
  site.RepeatAnswer();
  EXPECT_EQ(site.Intake("1").state(), "done");
  EXPECT_EQ(site.Intake("1").found(), 2);
  site.AnswerIbr();
  EXPECT_EQ(site.reports, 2);
  ASSERT_OK(site.StartIntake("2"));
  site.AnswerSearch({"a", "b"});
  EXPECT_EQ(site.AnswerIbr(), 0);
  EXPECT_EQ(site.Intake("2").added(), 0);
}

TEST(SpSystemTest, AnAnswerOfSomebodyElseIsNotTaken) {
  SpSite site;
  ASSERT_OK(site.StartIntake("1"));
  registry::v1::SearchRequest search;
  ASSERT_TRUE(search.ParseFromString(site.sent[0].body));
  registry::v1::SearchResponse answer;
  answer.set_transaction_id(search.transaction_id());
  auto* item = answer.add_search_response();
  item->set_status(common::v1::REQUEST_STATUS_RJCT);
  std::vector<exchange::Outgoing> messages;
  ASSERT_OK(
      storage::CommitAndWait(*site.store, {}, [&](storage::CommitView& view) {
        const Step step{&view, site.now, "", &messages};
        return site.system->TakeSearch("stranger", answer, step);
      }));
  EXPECT_EQ(site.Intake("1").state(), "asked");
}

TEST(SpSystemTest, ADeathStopsTheBenefitAndTheIbrIsTold) {
  SpSite site;
  Enrol(site, "a");
  site.Notify("Death", 10, "a", /*dead=*/true);
  site.Notify("Death", 10, "a", /*dead=*/true);
  EXPECT_EQ(site.State("a"), "stopped");
  EXPECT_EQ(site.Enrolment("a").status(), "2");
  EXPECT_FALSE(site.Enrolment("a").reported());
  site.Restart();
  EXPECT_EQ(site.AnswerIbr(), 1);
  EXPECT_EQ(site.told["a"], "2");
  EXPECT_THAT(site.Enrolment("a").history(2).reason(),
              HasSubstr("Death notified by civil"));
}

TEST(SpSystemTest, AReversalResumesWhatWasBefore) {
  SpSite site;
  Enrol(site, "a");
  ASSERT_OK(site.Change("a", Changing::CHANGE_SUSPEND));
  site.Notify("Death", 10, "a", true);
  EXPECT_EQ(site.State("a"), "stopped");
  site.Notify("DeathReversal", 11, "a");
  EXPECT_EQ(site.State("a"), "suspended");
  site.AnswerIbr();
  EXPECT_EQ(site.told["a"], "4");
}

TEST(SpSystemTest, ACorrectionThatTakesTheDateAwayResumesToo) {
  SpSite site;
  Enrol(site, "a");
  site.Notify("Death", 10, "a", true);
  site.Notify("data_modification", 12, "a", false);
  EXPECT_EQ(site.State("a"), "active");
  // What is older and comes late changes nothing.
  site.Notify("data_modification", 11, "a", true);
  EXPECT_EQ(site.State("a"), "active");
}

TEST(SpSystemTest, AReversalThatComesFirstWins) {
  SpSite site;
  Enrol(site, "a");
  site.Notify("DeathReversal", 11, "a");
  site.Notify("Death", 10, "a", true);
  EXPECT_EQ(site.State("a"), "active");
  site.AnswerIbr();
  EXPECT_EQ(site.reports, 1);
}

TEST(SpSystemTest, WhoIsDeadIsNotEnrolledUntilThatIsUndone) {
  SpSite site;
  site.Notify("Death", 10, "a", true);
  ASSERT_OK(site.StartIntake("1"));
  site.AnswerSearch({"a"});
  EXPECT_EQ(site.State("a"), "refused");
  EXPECT_EQ(site.AnswerIbr(), 0);
  site.Notify("DeathReversal", 11, "a");
  site.AnswerIbr();
  EXPECT_EQ(site.State("a"), "active");
}

TEST(SpSystemTest, ADeathWhileTheIbrIsAskedIsNotOvertaken) {
  SpSite site;
  ASSERT_OK(site.StartIntake("1"));
  site.AnswerSearch({"a"});
  site.Notify("Death", 10, "a", true);
  site.AnswerIbr();
  EXPECT_EQ(site.State("a"), "refused");
  EXPECT_EQ(site.told.count("a"), 0u);
}

TEST(SpSystemTest, AnEventBeginsAnIntakeOfThosePersonsAlone) {
  SpSite site;
  site.NotifyMember("spdci-common:RegistryEventType:REGISTER", 1, "a");
  site.NotifyMember("REGISTER", 1, "a");
  site.NotifyMember("updated", 2, "a");
  ASSERT_THAT(site.sent, SizeIs(2));  // of two spellings of the event
  registry::v1::SearchRequest search;
  ASSERT_TRUE(search.ParseFromString(site.sent[0].body));
  EXPECT_THAT(
      search.search_request(0).search_criteria().expression().value().text(),
      HasSubstr("{\"$or\":[{\"UIN\":\"a\"}]}"));
  site.AnswerSearch({"a"});
  site.AnswerSearch({"a"});
  site.AnswerIbr();
  EXPECT_EQ(site.State("a"), "active");
  EXPECT_EQ(site.reports, 1);
}

TEST(SpSystemTest, AReportThatTheIbrRefusesIsNoEnrolment) {
  SpSite site;
  site.refused = {"a"};
  ASSERT_OK(site.StartIntake("1"));
  site.AnswerSearch({"a"});
  site.AnswerIbr();
  EXPECT_EQ(site.State("a"), "refused");
  EXPECT_EQ(site.Enrolment("a").status(), "");
}

TEST(SpSystemTest, TheOperatorSuspendsResumesStops) {
  SpSite site;
  Enrol(site, "a");
  ASSERT_OK(site.Change("a", Changing::CHANGE_SUSPEND));
  ASSERT_OK(site.Change("a", Changing::CHANGE_SUSPEND));
  ASSERT_OK(site.Change("a", Changing::CHANGE_RESUME));
  ASSERT_OK(site.Change("a", Changing::CHANGE_STOP));
  site.AnswerIbr();
  EXPECT_EQ(site.told["a"], "3");
  EXPECT_EQ(site.reports, 4);
  EXPECT_THAT(site.Change("a", Changing::CHANGE_SUSPEND),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(site.Change("a", Changing::CHANGE_UNSPECIFIED),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(site.Change("nobody", Changing::CHANGE_STOP),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(
      StatesOf(site.Enrolment("a")),
      ElementsAre("checking", "active", "suspended", "active", "stopped"));
}

TEST(SpSystemTest, WhoWasRefusedIsCheckedAgainWhenTheOperatorSays) {
  SpSite site;
  site.held["a"] = "child";
  ASSERT_OK(site.StartIntake("1"));
  site.AnswerSearch({"a"});
  site.AnswerIbr();
  ASSERT_EQ(site.State("a"), "refused");
  site.held.clear();
  ASSERT_OK(site.Change("a", Changing::CHANGE_CHECK_AGAIN));
  EXPECT_EQ(site.State("a"), "checking");
  site.AnswerIbr();
  EXPECT_EQ(site.State("a"), "active");
}

TEST(SpSystemTest, WithoutReservationsEachProgrammeIsAskedFor) {
  config::v1::SpSystem config = SpConfig();
  config.set_without_reservation(true);
  SpSite site(config);
  site.held["b"] = "foster";
  ASSERT_OK(site.StartIntake("1"));
  site.AnswerSearch({"a", "b"});
  EXPECT_EQ(site.AnswerIbr(1), 1);
  EXPECT_EQ(site.State("a"), "checking");
  site.AnswerIbr();
  EXPECT_EQ(site.State("a"), "active");
  EXPECT_EQ(site.State("b"), "refused");
}

TEST(SpSystemTest, WithoutAnIbrNobodyIsAskedOrTold) {
  config::v1::SpSystem config = SpConfig();
  config.clear_ibr();
  SpSite site(config);
  ASSERT_OK(site.StartIntake("1"));
  site.AnswerSearch({"a"});
  EXPECT_EQ(site.State("a"), "active");
  EXPECT_EQ(site.AnswerIbr(), 0);
}

TEST(SpSystemTest, ProgrammesAreCheckedAndKept) {
  SpSite site;
  admin::v1::PutProgrammeRequest put;
  *put.mutable_programme() = SpConfig().programmes(0);
  const auto refused = [&](auto change) {
    admin::v1::PutProgrammeRequest other = put;
    change(other.mutable_programme());
    return site.op->Put(other).status();
  };
  using config::v1::Programme;
  for (const absl::Status& status :
       {refused([](Programme* p) { p->clear_id(); }),
        refused([](Programme* p) { p->set_amount("much"); }),
        refused([](Programme* p) { p->set_amount("-5"); }),
        refused([](Programme* p) { p->set_currency("Dollar"); }),
        refused([](Programme* p) {
          p->mutable_eligibility()->set_query("{\"height\":1}");
        }),
        refused([](Programme* p) {
          p->mutable_eligibility()->set_record("Village");
        }),
        refused([](Programme* p) {
          p->mutable_eligibility()->set_identifiers("demographic_info");
        }),
        refused([](Programme* p) {
          p->mutable_eligibility()->mutable_registry()->set_service("x");
        })})
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  put.mutable_programme()->set_closed(true);
  ASSERT_OK(site.op->Put(put));
  site.Restart();
  const auto list = site.op->ListProgrammes();
  ASSERT_OK(list);
  ASSERT_EQ(list->programmes_size(), 1);
  EXPECT_TRUE(list->programmes(0).closed());
  EXPECT_THAT(site.StartIntake("1"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(SpSystemTest, AConfigurationThatCannotWorkIsRefused) {
  SpSite site;
  const auto refused = [&](auto change) {
    config::v1::SpSystem config = SpConfig();
    change(&config);
    return SpSystem::Create(site.store.get(), site.codec.get(), nullptr, config)
        .status();
  };
  using config::v1::SpSystem;
  for (const absl::Status& status :
       {refused([](SpSystem* c) { c->add_callbacks("nobody"); }),
        refused([](SpSystem* c) {
          c->mutable_stops(0)->set_record("dci.crvs.v1.Nobody");
        }),
        refused([](SpSystem* c) { c->mutable_stops(0)->clear_events(); }),
        refused([](SpSystem* c) {
          c->mutable_stops(0)->set_identifiers(0, "name");
        }),
        refused([](SpSystem* c) { c->mutable_stops(0)->set_condition("{"); }),
        refused([](SpSystem* c) { c->mutable_ibr()->clear_participant(); })})
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace dci::spsystem
