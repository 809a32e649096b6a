#include "services/registry/reactions.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/follower_site.h"
#include "services/registry/reaction_operator.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kPersonRule[] = R"pb(
  name: "persons"
  events: "LiveBirth"
  reversals: "deleted"
  corrections: "updated"
  record: "dci.crvs.v1.Person"
  upsert {
    type: "Person"
    map { from: "identifier" to: "identifier" }
    map { from: "name" to: "name" }
  }
)pb";

constexpr char kDeathRule[] = R"pb(
  name: "deaths"
  events: "Death"
  corrections: "updated"
  record: "dci.crvs.v1.Person"
  condition: "{\"death_date\":{\"$exists\":true}}"
  find { type: "Person" by: "identifier" }
  set { map { from: "death_date" to: "death_date" } }
)pb";

constexpr char kLeaveRule[] = R"pb(
  name: "leaves"
  events: "Death"
  reversals: "DeathReversal"
  record: "dci.crvs.v1.Person"
  find { type: "Group" index: "member" by: "identifier" }
  remove {
    list: "member_list"
    key: "member_identifier"
    by: "identifier"
    count: "group_size"
  }
)pb";

TEST(ReactionsTest, ABirthAddsAMemberToTheParentsHousehold) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m", "f"}));
  site.Put(Household("h2", {"x"}));
  const size_t changes = site.CountChanges();
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m", "f"));
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("f", "m"));
  site.Restart();
  site.Pass();
  const social::v1::Group group = *site.Group("h1");
  EXPECT_THAT(MembersOf(group), ElementsAre("c", "f", "m"));
  EXPECT_EQ(group.group_size(), "3");
  const social::v1::Member& child = group.member_list(2);
  EXPECT_EQ(child.demographic_info().name().given_name(), "Ada");
  EXPECT_EQ(child.demographic_info().birth_date(), "2026-11-20");
  EXPECT_EQ(child.marital_status(), "U");
  // One change row: what the own subscribers are told from.
  EXPECT_EQ(site.CountChanges(), changes + 1);
  EXPECT_THAT(MembersOf(*site.Group("h2")), ElementsAre("x"));
}

TEST(ReactionsTest, WhatComesTwiceIsDoneOnce) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m"}));
  for (int i = 0; i < 3; ++i)
    site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  const size_t changes = site.CountChanges();
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_EQ(site.Group("h1")->group_size(), "2");
  EXPECT_EQ(site.CountChanges(), changes);
}

TEST(ReactionsTest, AReversalLeavesTheRecordByteForByteAsItWas) {
  FollowerSite site({kBirthRule});
  const social::v1::Group before = Household("h1", {"m"});
  site.Put(before);
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  site.Notify("deleted", 2, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_EQ(site.Group("h1")->SerializeAsString(), before.SerializeAsString());
}

TEST(ReactionsTest, AReversalThatComesFirstWins) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m"}));
  site.Notify("deleted", 2, Child("c", "Ada", "m"));
  site.Pass();
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("m"));
  EXPECT_THAT(site.Unmatched(), IsEmpty());
}

TEST(ReactionsTest, ACorrectionMovesTheMember) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m"}));
  site.Put(Household("h2", {"n"}));
  site.Notify("updated", 2, Child("c", "Ada", "n"));
  site.Pass();  // its event has not come yet
  EXPECT_THAT(MembersOf(*site.Group("h2")), ElementsAre("n"));
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("m"));
  EXPECT_THAT(MembersOf(*site.Group("h2")), ElementsAre("c", "n"));
  site.Notify("updated", 3, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("c", "m"));
  EXPECT_EQ(site.Group("h2")->group_size(), "1");
}

TEST(ReactionsTest, ACorrectionKeepsWhatOthersHaveAddedToTheMember) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m"}));
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  social::v1::Group group = *site.Group("h1");
  group.mutable_member_list(1)->set_is_disabled("true");
  site.Put(group);
  site.Notify("updated", 2, Child("c", "Adaeze", "m"));
  site.Pass();
  group = *site.Group("h1");
  ASSERT_EQ(group.member_list_size(), 2);
  EXPECT_EQ(group.member_list(1).is_disabled(), "true");
  EXPECT_EQ(group.member_list(1).demographic_info().name().given_name(),
            "Adaeze");
  EXPECT_EQ(group.group_size(), "2");
}

TEST(ReactionsTest, AMemberThatStandsThereIsWrittenAndNotCounted) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m", "c"}));
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_EQ(site.Group("h1")->group_size(), "2");
  EXPECT_EQ(
      site.Group("h1")->member_list(1).demographic_info().name().given_name(),
      "Ada");
  site.Notify("deleted", 2, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_EQ(site.Group("h1")->SerializeAsString(),
            Household("h1", {"m", "c"}).SerializeAsString());
}

TEST(ReactionsTest, ARecordIsMadeAndGoesWithTheReversal) {
  FollowerSite site({kPersonRule});
  site.Notify("LiveBirth", 1, Child("c", "Ada", ""));
  site.Pass();
  ASSERT_TRUE(site.Person("c").has_value());
  EXPECT_EQ(site.Person("c")->name().given_name(), "Ada");
  site.Notify("updated", 2, Child("c", "Adaeze", ""));
  site.Pass();
  EXPECT_EQ(site.Person("c")->name().given_name(), "Adaeze");
  site.Notify("deleted", 3, Child("c", "Adaeze", ""));
  site.Pass();
  EXPECT_FALSE(site.Person("c").has_value());
}

TEST(ReactionsTest, ADeathIsUndoneByTheCorrectionThatTakesItsDateAway) {
  FollowerSite site({kPersonRule, kDeathRule});
  site.Notify("LiveBirth", 1, Child("c", "Ada", ""));
  crvs::v1::Person dead = Child("c", "Ada", "");
  dead.set_death_date("2026-11-23");
  site.Notify("Death", 2, dead);
  site.Pass();
  EXPECT_EQ(site.Person("c")->death_date(), "2026-11-23");
  site.Notify("updated", 3, Child("c", "Ada", ""));
  site.Pass();
  EXPECT_FALSE(site.Person("c")->has_death_date());
}

TEST(ReactionsTest, WhatAnotherHasWrittenSinceIsNotUndone) {
  FollowerSite site({kDeathRule});
  social::v1::Person person;
  *person.add_identifier() = Child("c", "", "").identifier(0);
  site.Put("Person", person);
  crvs::v1::Person dead = Child("c", "Ada", "");
  dead.set_death_date("2026-11-23");
  site.Notify("Death", 1, dead);
  site.Pass();
  person.set_death_date("2026-11-22");
  site.Put("Person", person);
  site.Notify("updated", 2, Child("c", "Ada", ""));
  site.Pass();
  EXPECT_EQ(site.Person("c")->death_date(), "2026-11-22");
}

TEST(ReactionsTest, AnElementThatWasTakenOutComesBack) {
  FollowerSite site({kLeaveRule});
  site.Put(Household("h1", {"m", "c"}));
  site.Notify("Death", 1, Child("c", "Ada", ""));
  site.Pass();
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("m"));
  EXPECT_EQ(site.Group("h1")->group_size(), "1");
  // Told again with another name: it must be found though it is gone.
  site.Notify("Death", 2, Child("c", "Adaeze", ""));
  site.Pass();
  EXPECT_THAT(site.Unmatched(), IsEmpty());
  site.Notify("DeathReversal", 3, Child("c", "Ada", ""));
  site.Pass();
  EXPECT_EQ(site.Group("h1")->SerializeAsString(),
            Household("h1", {"m", "c"}).SerializeAsString());
}

TEST(ReactionsTest, WhoHasNoHouseholdIsListedUntilThereIsOne) {
  FollowerSite site({kBirthRule});
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  ASSERT_THAT(site.Unmatched(), SizeIs(1));
  EXPECT_THAT(site.Unmatched()[0].reaction.problem(),
              HasSubstr("no Group has any of its identifiers"));
  site.Put(Household("h1", {"m"}));
  site.Pass();
  EXPECT_THAT(site.Unmatched(), SizeIs(1));
  site.Wait(absl::Hours(1));
  EXPECT_THAT(site.Unmatched(), IsEmpty());
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("c", "m"));
}

TEST(ReactionsTest, TwoHouseholdsAreOneTooMany) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m"}));
  site.Put(Household("h2", {"f"}));
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m", "f"));
  site.Pass();
  ASSERT_THAT(site.Unmatched(), SizeIs(1));
  EXPECT_THAT(site.Unmatched()[0].reaction.problem(), HasSubstr("more than"));
  EXPECT_EQ(site.Group("h1")->group_size(), "1");
}

TEST(ReactionsTest, AReversalTakesWhatCouldNotBeDoneFromTheList) {
  FollowerSite site({kBirthRule});
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  site.Notify("deleted", 2, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_THAT(site.Unmatched(), IsEmpty());
}

TEST(ReactionsTest, ARefusalOfTheRecordsIsListedAndNothingWaitsBehindIt) {
  FollowerSite site({kPersonRule, kBirthRule});
  // Two persons have one of its identifiers each.
  for (const char* uin : {"a", "b"}) {
    social::v1::Person person;
    *person.add_identifier() = Child(uin, "", "").identifier(0);
    site.Put("Person", person);
  }
  site.Put(Household("h1", {"m"}));
  crvs::v1::Person both = Child("a", "Ada", "m");
  *both.add_identifier() = Child("b", "", "").identifier(0);
  site.Notify("LiveBirth", 1, both);
  site.Notify("LiveBirth", 2, Child("d", "Dan", "m"));
  site.Pass();
  ASSERT_THAT(site.Unmatched(), SizeIs(1));
  EXPECT_EQ(site.Unmatched()[0].reaction.rule(), "persons");
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("a", "d", "m"));
}

TEST(ReactionsTest, OnlyThePublishersOfARuleAreHeeded) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m"}));
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"), "stranger");
  site.Notify("Marriage", 2, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_THAT(MembersOf(*site.Group("h1")), ElementsAre("m"));
  EXPECT_THAT(site.Unmatched(), IsEmpty());
}

TEST(ReactionsTest, ARecordOfAnotherKindIsListed) {
  FollowerSite site({kBirthRule});
  v1::NotifyEventRequest notification;
  v1::NotifyData* data = notification.add_notify_event()->mutable_data();
  data->set_reg_event_type("LiveBirth");
  data->add_reg_records()->PackFrom(Household("h9", {}));
  ASSERT_OK(
      storage::CommitAndWait(*site.store, {}, [&](storage::CommitView& view) {
        site.reactions->Queue("civil", "", notification, site.now, view);
        return absl::OkStatus();
      }));
  site.Pass();
  ASSERT_THAT(site.Unmatched(), SizeIs(1));
  EXPECT_EQ(*site.reactions->Retry("", site.now), 1);
  site.Pass();
  ASSERT_THAT(site.Unmatched(), SizeIs(1));
  EXPECT_OK(site.reactions->Discard(site.Unmatched()[0].id));
  EXPECT_THAT(site.Unmatched(), IsEmpty());
}

TEST(ReactionsTest, TheOperatorSeesRetriesAndDiscards) {
  FollowerSite site({kBirthRule});
  const ReactionOperator op(site.reactions.get(), site.codec.get());
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Notify("LiveBirth", 2, Child("d", "Dan", "n"));
  site.Pass();
  admin::v1::ListUnmatchedRequest one;
  one.set_page_size(1);
  const auto first = op.List(one);
  ASSERT_OK(first);
  ASSERT_THAT(first->unmatched(), SizeIs(1));
  const admin::v1::UnmatchedReaction& listed = first->unmatched(0);
  EXPECT_EQ(listed.rule(), "births");
  EXPECT_EQ(listed.publisher(), "civil");
  EXPECT_EQ(listed.tries(), 1);
  EXPECT_THAT(listed.record(), HasSubstr("\"Ada\""));
  EXPECT_THAT(listed.problem(), Not(HasSubstr("Ada")));
  one.set_page_token(first->next_page_token());
  EXPECT_THAT(op.List(one)->unmatched(), SizeIs(1));

  site.Put(Household("h1", {"m"}));
  admin::v1::RetryReactionsRequest retry;
  retry.set_id(listed.id());
  EXPECT_EQ(op.Retry(retry, site.now)->due(), 1);
  site.Pass();
  EXPECT_EQ(site.Group("h1")->group_size(), "2");
  EXPECT_THAT(op.Retry(retry, site.now), StatusIs(absl::StatusCode::kNotFound));

  admin::v1::DiscardReactionRequest discard;
  discard.set_id(op.List({})->unmatched(0).id());
  EXPECT_OK(op.Discard(discard));
  EXPECT_THAT(op.List({})->unmatched(), IsEmpty());
  EXPECT_THAT(op.Discard(discard), StatusIs(absl::StatusCode::kNotFound));
}

TEST(ReactionsTest, WhatIsDiscardedDoesNotBeginAnewWithAnOlderState) {
  FollowerSite site({kBirthRule});
  site.Notify("LiveBirth", 2, Child("c", "Ada", "m"));
  site.Pass();
  ASSERT_OK(site.reactions->Discard(site.Unmatched()[0].id));
  site.Put(Household("h1", {"m"}));
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Wait(absl::Hours(2));
  EXPECT_EQ(site.Group("h1")->group_size(), "1");
  site.Notify("LiveBirth", 3, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_EQ(site.Group("h1")->group_size(), "2");
}

TEST(ReactionsTest, ACorrectionWhoseEventNeverComesIsForgotten) {
  FollowerSite site({kBirthRule});
  site.Put(Household("h1", {"m"}));
  site.Notify("updated", 2, Child("c", "Adaeze", "m"));
  site.Pass();
  EXPECT_THAT(site.Unmatched(), IsEmpty());
  site.Wait(absl::Hours(24 * 31));
  site.Notify("LiveBirth", 1, Child("c", "Ada", "m"));
  site.Pass();
  EXPECT_EQ(
      site.Group("h1")->member_list(1).demographic_info().name().given_name(),
      "Ada");
}

}  // namespace
}  // namespace dci::registry
