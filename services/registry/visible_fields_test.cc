#include "services/registry/visible_fields.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

const schema::Message& Group() {
  return *SocialModel().FindMessage("dci.social.v1.Group");
}

VisibleFields Of(const std::vector<std::string>& paths) {
  VisibleFields fields;
  for (const std::string& path : paths)
    fields.Add(*schema::FindPath(Group(), path));
  return fields;
}

social::v1::Group FullGroup() {
  social::v1::Group group = MakeGroup("100");
  group.set_poverty_score("4.5");
  group.set_group_size("2");
  for (const char* name : {"Ada", "Bob"}) {
    auto* member = group.add_member_list();
    member->mutable_demographic_info()->mutable_name()->set_given_name(name);
    member->mutable_demographic_info()->set_sex("female");
    auto* extra = member->mutable_demographic_info()->add_extras();
    extra->set_path("shoe_size");
    extra->set_json("42");
  }
  return group;
}

social::v1::Group Cut(const VisibleFields& fields,
                      const social::v1::Group& group) {
  social::v1::Group cut;
  EXPECT_TRUE(
      cut.ParseFromString(fields.Cut(Group(), group.SerializeAsString())));
  return cut;
}

TEST(VisibleFields, AllIsEveryByteAndNoneIsNone) {
  const std::string bytes = FullGroup().SerializeAsString();
  EXPECT_EQ(VisibleFields::All().Cut(Group(), bytes), bytes);
  EXPECT_EQ(VisibleFields().Cut(Group(), bytes), "");
  EXPECT_TRUE(VisibleFields().none());
}

TEST(VisibleFields, APathOfAValueLeavesThatValue) {
  const social::v1::Group cut = Cut(Of({"poverty_score"}), FullGroup());
  social::v1::Group expected;
  expected.set_poverty_score("4.5");
  EXPECT_EQ(cut.SerializeAsString(), expected.SerializeAsString());
}

TEST(VisibleFields, APathIntoAListCutsEachElement) {
  const social::v1::Group cut =
      Cut(Of({"member_list.demographic_info.sex"}), FullGroup());
  ASSERT_EQ(cut.member_list_size(), 2);
  for (const auto& member : cut.member_list()) {
    EXPECT_EQ(member.demographic_info().sex(), "female");
    EXPECT_FALSE(member.demographic_info().has_name());
    EXPECT_EQ(member.demographic_info().extras_size(), 0);
  }
}

TEST(VisibleFields, AnObjectWithNothingToSeeIsNotThere) {
  const social::v1::Group cut =
      Cut(Of({"member_list.is_disabled"}), FullGroup());
  EXPECT_EQ(cut.member_list_size(), 0);
}

TEST(VisibleFields, AnObjectThatIsSeenWholeKeepsWhatTheSchemaDoesNotKnow) {
  const social::v1::Group cut = Cut(Of({"member_list"}), FullGroup());
  EXPECT_EQ(cut.member_list(0).SerializeAsString(),
            FullGroup().member_list(0).SerializeAsString());
}

TEST(VisibleFields, AnUnreadableValueIsSeenAsItsFieldIs) {
  social::v1::Group group;
  for (const char* path : {"poverty_score", "group_size", "household_size",
                           "address/2", "unknown", "", "/"}) {
    auto* extra = group.add_extras();
    extra->set_path(path);
    extra->set_json("[]");
  }
  const social::v1::Group cut =
      Cut(Of({"group_size", "address", "member_list.is_disabled"}), group);
  std::vector<std::string> left;
  for (const auto& extra : cut.extras()) left.push_back(extra.path());
  EXPECT_THAT(
      left, testing::ElementsAre("group_size", "household_size", "address/2"));
}

TEST(VisibleFields, NothingIsKeptOfBytesThatAreNoMessage) {
  const std::string bytes = FullGroup().SerializeAsString();
  EXPECT_EQ(Of({"poverty_score"}).Cut(Group(), bytes + "\x0a\x7f"), "");
  // Nor where they lie within.
  social::v1::Group outer;
  outer.set_poverty_score("1");
  std::string broken = outer.SerializeAsString();
  const auto* list = Group().FindName("member_list");
  broken += static_cast<char>(list->number << 3 | 2);
  broken += "\x02\x0a\x7f";
  EXPECT_EQ(
      Of({"poverty_score", "member_list.is_disabled"}).Cut(Group(), broken),
      "");
}

TEST(VisibleFields, AnIntersectionHasWhatBothHave) {
  VisibleFields fields = Of({"poverty_score", "member_list.demographic_info"});
  fields.Intersect(Of({"member_list.demographic_info.sex", "group_size"}));
  EXPECT_TRUE(fields.Covers(
      *schema::FindPath(Group(), "member_list.demographic_info.sex")));
  EXPECT_FALSE(fields.Covers(*schema::FindPath(Group(), "poverty_score")));
  EXPECT_FALSE(fields.Covers(*schema::FindPath(Group(), "group_size")));
  EXPECT_FALSE(fields.Covers(
      *schema::FindPath(Group(), "member_list.demographic_info")));
  VisibleFields all = VisibleFields::All();
  all.Intersect(Of({"group_size"}));
  EXPECT_TRUE(all.Covers(*schema::FindPath(Group(), "group_size")));
  EXPECT_FALSE(all.all());
  all.Intersect(Of({"poverty_score"}));
  EXPECT_TRUE(all.none());
}

}  // namespace
}  // namespace dci::registry
