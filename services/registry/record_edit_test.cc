#include "services/registry/record_edit.h"

#include <string>

#include "dci/social/v1/social.pb.h"
#include "gtest/gtest.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

using social::v1::Group;
using social::v1::Member;

schema::Path PathOf(const std::string& message, const std::string& text) {
  const auto path = schema::FindPath(
      *SocialModel().FindMessage("dci.social.v1." + message), text);
  EXPECT_TRUE(path.ok()) << path.status();
  return *path;
}

TEST(RecordEditTest, AFieldIsReplacedAndAllElseStays) {
  Group group = MakeGroup("1");
  group.set_group_size("3");
  group.add_member_list()->set_is_disabled("true");
  const std::string before = group.SerializeAsString();
  const FieldNumbers size = NumbersOf(PathOf("Group", "group_size"));
  const std::string after = WithField(size, before, Occurrence(9, "4"));
  group.set_group_size("4");
  EXPECT_EQ(after, group.SerializeAsString());
  EXPECT_EQ(WithField(size, after, FieldBytes(size, before)), before);
}

TEST(RecordEditTest, ObjectsOnTheWayComeAndGoWithWhatIsInThem) {
  const std::string before = Member().SerializeAsString();
  const FieldNumbers surname =
      NumbersOf(PathOf("Member", "demographic_info.name.surname"));
  EXPECT_EQ(FieldBytes(surname, before), "");
  const std::string after = WithField(surname, before, Occurrence(1, "Okoro"));
  Member member;
  ASSERT_TRUE(member.ParseFromString(after));
  EXPECT_EQ(member.demographic_info().name().surname(), "Okoro");
  EXPECT_EQ(WithField(surname, after, ""), before);
}

TEST(RecordEditTest, AnObjectInSeveralPiecesIsOne) {
  Member one, two;
  one.mutable_demographic_info()->mutable_name()->set_surname("A");
  two.mutable_demographic_info()->mutable_name()->set_given_name("B");
  const std::string pieces = one.SerializeAsString() + two.SerializeAsString();
  const std::string after =
      WithField(NumbersOf(PathOf("Member", "demographic_info.name.surname")),
                pieces, Occurrence(1, "C"));
  Member member;
  ASSERT_TRUE(member.ParseFromString(after));
  EXPECT_EQ(member.demographic_info().name().surname(), "C");
  EXPECT_EQ(member.demographic_info().name().given_name(), "B");
}

TEST(RecordEditTest, AListGoesWholeIntoAListAndItsFirstIntoASingleField) {
  Group group = MakeGroup("1");
  *group.add_group_identifier() = group.group_identifier(0);
  group.mutable_group_identifier(1)->set_identifier_value("2");
  const std::string bytes = group.SerializeAsString();
  const schema::Path from = PathOf("Group", "group_identifier");
  const std::string many =
      Carried(from, bytes, PathOf("Member", "member_identifier").leaf());
  EXPECT_EQ(ValuesIn(many).size(), 2u);
  const std::string one =
      Carried(from, bytes, PathOf("Person", "parent1_identifier").leaf());
  ASSERT_EQ(ValuesIn(one).size(), 1u);
  EXPECT_EQ(ValuesIn(one)[0], group.group_identifier(0).SerializeAsString());
}

TEST(RecordEditTest, BytesThatAreNoMessageGiveNothing) {
  const FieldNumbers size = NumbersOf(PathOf("Group", "group_size"));
  EXPECT_EQ(FieldBytes(size, "\xff\xff\xff"), "");
  EXPECT_EQ(Carried(PathOf("Group", "group_size"), "\x4a\x7f",
                    PathOf("Group", "group_size").leaf()),
            "");
}

}  // namespace
}  // namespace dci::registry
