#include "services/registry/writer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/bytes.h"
#include "services/base/status_matchers.h"
#include "services/registry/state.pb.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string GroupKey(absl::string_view id) {
  std::string key;
  AppendOrderedText(&key, "HOUSEHOLD_ID");
  AppendOrderedText(&key, id);
  return key;
}

class WriterTest : public testing::Test {
 protected:
  std::vector<state::Change> Changes() const {
    std::vector<state::Change> changes;
    for (auto cursor =
             registry_.store->GetSnapshot()->Scan({registry_.spaces.changes});
         cursor->Valid(); cursor->Next()) {
      changes.emplace_back();
      EXPECT_TRUE(changes.back().ParseFromString(std::string(cursor->value())));
    }
    return changes;
  }
  size_t Found(absl::string_view query) const {
    const auto page = registry_.Find(NoSql("Group", query));
    EXPECT_OK(page);
    return page.ok() ? page->primary_keys.size() : 0;
  }

  TestRegistry registry_;
};

TEST_F(WriterTest, SaysWhatBecameOfARecord) {
  social::v1::Group group = MakeGroup("1");
  EXPECT_EQ(*registry_.Put("Group", group), Outcome::kCreated);
  EXPECT_EQ(*registry_.Put("Group", group), Outcome::kUnchanged);
  group.set_group_size("3");
  EXPECT_EQ(*registry_.Put("Group", group), Outcome::kReplaced);
  EXPECT_EQ(*registry_.Remove("Group", GroupKey("1")), Outcome::kDeleted);
  EXPECT_EQ(*registry_.Remove("Group", GroupKey("1")), Outcome::kAbsent);
}

TEST_F(WriterTest, EveryChangeHasOneRowWithBeforeAndAfter) {
  social::v1::Group group = MakeGroup("1");
  ASSERT_OK(registry_.Put("Group", group));
  const std::string first = group.SerializeAsString();
  group.set_group_size("3");
  ASSERT_OK(registry_.Put("Group", group));
  ASSERT_OK(registry_.Put("Group", group));  // changes nothing
  ASSERT_OK(registry_.Remove("Group", GroupKey("1")));
  ASSERT_OK(registry_.Remove("Group", GroupKey("1")));
  const auto changes = Changes();
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_FALSE(changes[0].has_before());
  EXPECT_EQ(changes[0].after(), first);
  EXPECT_EQ(changes[1].before(), first);
  EXPECT_EQ(changes[1].after(), group.SerializeAsString());
  EXPECT_FALSE(changes[2].has_after());
  for (const state::Change& change : changes) {
    EXPECT_EQ(change.primary_key(), GroupKey("1"));
    EXPECT_EQ(change.type_id(), registry_.type("Group").id);
  }
}

TEST_F(WriterTest, IndexesFollowTheRecordAndNothingIsLeftBehind) {
  social::v1::Group group = MakeGroup("1");
  group.set_poverty_score("4.0");
  group.add_address()->set_sub_region_code("A");
  group.add_address()->set_sub_region_code("B");
  ASSERT_OK(registry_.Put("Group", group));
  EXPECT_EQ(Found("{\"poverty_score\":4}"), 1u);
  EXPECT_EQ(Found("{\"address.sub_region_code\":\"B\"}"), 1u);
  group.set_poverty_score("5");
  group.mutable_address(1)->set_sub_region_code("C");
  ASSERT_OK(registry_.Put("Group", group));
  EXPECT_EQ(Found("{\"poverty_score\":4}"), 0u);
  EXPECT_EQ(Found("{\"address.sub_region_code\":\"B\"}"), 0u);
  EXPECT_EQ(Found("{\"address.sub_region_code\":{\"$in\":[\"A\",\"C\"]}}"), 1u);
  ASSERT_OK(registry_.Remove("Group", GroupKey("1")));
  EXPECT_EQ(registry_.CountIndexRows(), 0u);
}

TEST_F(WriterTest, TypeAndValueOfOneIdentifierStayTogether) {
  social::v1::Group group = MakeGroup("1");
  auto* other = group.add_group_identifier();
  other->set_identifier_type("NID");
  other->set_identifier_value("2");
  ASSERT_OK(registry_.Put("Group", group));
  EXPECT_EQ(Found("{\"NID\":\"2\"}"), 1u);
  EXPECT_EQ(Found("{\"NID\":\"1\"}"), 0u);
  EXPECT_EQ(Found("{\"HOUSEHOLD_ID\":\"2\"}"), 0u);
}

TEST_F(WriterTest, AUniqueValueIsRefusedToASecondRecordWithoutNamingIt) {
  social::v1::Group first = MakeGroup("1"), second = MakeGroup("2");
  for (social::v1::Group* group : {&first, &second}) {
    auto* shared = group->add_group_identifier();
    shared->set_identifier_type("NID");
    shared->set_identifier_value("secret-77");
  }
  ASSERT_OK(registry_.Put("Group", first));
  const auto refused = registry_.Put("Group", second);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAlreadyExists,
                                HasSubstr("identifier")));
  EXPECT_THAT(std::string(refused.status().message()),
              Not(HasSubstr("secret-77")));
  EXPECT_EQ(Found("{}"), 1u);
  EXPECT_EQ(Changes().size(), 1u);
  // Free again once the first has let go.
  first.mutable_group_identifier()->RemoveLast();
  ASSERT_OK(registry_.Put("Group", first));
  EXPECT_OK(registry_.Put("Group", second));
}

TEST_F(WriterTest, AnotherVersionThanExpectedIsRefused) {
  social::v1::Group group = MakeGroup("1");
  auto change =
      PrepareUpsert(registry_.type("Group"), group.SerializeAsString());
  ASSERT_OK(change);
  change->expected_version = "";
  EXPECT_OK(registry_.Commit(*change));
  EXPECT_THAT(registry_.Commit(*change), StatusIs(absl::StatusCode::kAborted));
  group.set_group_size("2");
  auto next = PrepareUpsert(registry_.type("Group"), group.SerializeAsString());
  ASSERT_OK(next);
  next->expected_version = Version(*change->record);
  EXPECT_EQ(*registry_.Commit(*next), Outcome::kReplaced);
}

TEST_F(WriterTest, ValuesThatAreNoneOfTheirKindAreKeptAndNotIndexed) {
  social::v1::Group group = MakeGroup("1");
  group.set_poverty_score("rather poor");
  ASSERT_OK(registry_.Put("Group", group));
  EXPECT_EQ(Found("{\"poverty_score\":{\"$gte\":-1000000}}"), 0u);
  EXPECT_EQ(Found("{\"poverty_score\":{\"$exists\":true}}"), 1u);
}

TEST_F(WriterTest, RecordsThatCannotBeKeptAreRefused) {
  const RecordType& type = registry_.type("Group");
  EXPECT_THAT(PrepareUpsert(type, social::v1::Group().SerializeAsString()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("group_identifier.identifier_type")));
  social::v1::Group half;
  half.add_group_identifier()->set_identifier_type("NID");
  EXPECT_THAT(PrepareUpsert(type, half.SerializeAsString()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("group_identifier.identifier_value")));
  EXPECT_THAT(PrepareUpsert(type, "\x0a\x7f"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      PrepareUpsert(type,
                    MakeGroup(std::string(1100, 'x')).SerializeAsString()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("too long")));
  social::v1::Group many = MakeGroup("1");
  for (int i = 0; i <= 10000; ++i)
    many.add_address()->set_sub_region_code(absl::StrCat(i));
  EXPECT_THAT(PrepareUpsert(type, many.SerializeAsString()),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(WriterTest, KeysWithZeroBytesAndCommonBeginningsStayApart) {
  for (const std::string& id :
       {std::string("a"), std::string("a\0", 2), std::string("a\0\x01", 3),
        std::string("ab"), std::string("\x7f")}) {
    social::v1::Group group = MakeGroup(id);
    group.set_group_size("1");
    EXPECT_EQ(*registry_.Put("Group", group), Outcome::kCreated);
  }
  EXPECT_EQ(Found("{\"group_size\":1}"), 5u);
  EXPECT_EQ(Found("{\"HOUSEHOLD_ID\":\"a\"}"), 1u);
}

}  // namespace
}  // namespace dci::registry
