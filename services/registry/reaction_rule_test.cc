#include "services/registry/reaction_rule.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/follower_site.h"

namespace dci::registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::Status Compile(const std::string& text) {
  return CompileReaction(
             FollowerModel(),
             *FollowerModel().FindService("dci.social.v1.SocialRegistry"),
             ReactionOf(text))
      .status();
}

// The births' rule with a part of it changed.
absl::Status With(const std::string& part, const std::string& other) {
  const std::string text = absl::StrReplaceAll(kBirthRule, {{part, other}});
  EXPECT_NE(text, kBirthRule) << part;
  return Compile(text);
}

TEST(ReactionRuleTest, ARuleThatFitsTheSchemaIsTaken) {
  EXPECT_OK(Compile(kBirthRule));
  EXPECT_OK(With("count:", "# count:"));
  EXPECT_OK(Compile(R"pb(
    name: "persons"
    events: "updated"
    record: "dci.crvs.v1.Person"
    condition: "{\"death_date\":{\"$exists\":true}}"
    upsert {
      type: "Person"
      map { from: "identifier" to: "identifier" }
    }
  )pb"));
}

TEST(ReactionRuleTest, ARefusalNamesTheRuleAndWhatDoesNotFit) {
  const auto refuses = [](const std::string& part, const std::string& other,
                          const std::string& says) {
    EXPECT_THAT(With(part, other),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(says)))
        << part;
  };
  refuses("events: \"LiveBirth\"", "", "no events");
  refuses("dci.crvs.v1.Person", "dci.crvs.v1.Nobody", "dci.crvs.v1.Nobody");
  refuses("dci.crvs.v1.Person", "dci.common.v1.Name", "dci.common.v1.Name");
  refuses("type: \"Group\"", "type: \"Village\"", "Village");
  refuses("index: \"member\"", "index: \"poverty_score\"", "poverty_score");
  refuses("by: \"parent1_identifier\"", "by: \"parent9_identifier\"",
          "parent9");
  refuses("list: \"member_list\"", "list: \"group_size\"", "no list");
  refuses("key: \"member_identifier\"", "key: \"demographic_info\"",
          "identifier_type");
  refuses("count: \"group_size\"", "count: \"member_list\"", "no number");
  refuses("from: \"name\"", "from: \"surname\"", "surname");
  refuses("from: \"name\"", "from: \"birth_date\"", "of different kinds");
  refuses("to: \"demographic_info.name\"", "to: \"related_person.x\"", "x");
  refuses("text: \"U\" to: \"marital_status\"",
          "text: \"U\" to: \"demographic_info\"", "needs a `from`");
}

TEST(ReactionRuleTest, ARuleWithoutActionOrWithAConditionThatIsNoneIsRefused) {
  EXPECT_THAT(Compile(R"pb(
                name: "nothing"
                events: "updated"
                record: "dci.crvs.v1.Person"
                find { type: "Group" by: "identifier" }
              )pb"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("nothing"), HasSubstr("no action"))));
  EXPECT_FALSE(With("find {", "condition: \"{\\\"height\\\":1}\" find {").ok());
  EXPECT_FALSE(With("find {", "condition: \"{\" find {").ok());
}

TEST(ReactionRuleTest, AListOfObjectsCannotBeWrittenThrough) {
  EXPECT_THAT(Compile(R"pb(
                name: "deep"
                events: "updated"
                record: "dci.crvs.v1.Person"
                find { type: "Group" by: "identifier" }
                set { map { from: "sex" to: "member_list.is_disabled" } }
              )pb"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a list of objects")));
}

TEST(ReactionRuleTest, NewsAreTold) {
  const NewsRule rule = {{"LiveBirth"}, {"deleted"}, {"updated"}};
  EXPECT_EQ(rule.KindOf("x:live_birth"), NewsKind::kEvent);
  EXPECT_EQ(rule.KindOf("DELETED"), NewsKind::kReversal);
  EXPECT_EQ(rule.KindOf("updated"), NewsKind::kCorrection);
  EXPECT_EQ(rule.KindOf("Death"), std::nullopt);
  EXPECT_EQ(rule.KindOf(""), std::nullopt);
}

}  // namespace
}  // namespace dci::registry
