#include "services/registry/extract.h"

#include <random>
#include <string>
#include <vector>

#include "dci/social/v1/social.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/registry/query.h"
#include "services/registry/test_registry.h"

namespace dci::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

schema::Path PathOf(const char* text) {
  const auto path =
      schema::FindPath(*SocialModel().FindMessage("dci.social.v1.Group"), text);
  EXPECT_OK(path) << text;
  return path.value_or(schema::Path());
}

social::v1::Group Sample() {
  social::v1::Group group;
  for (const auto& [type, value] :
       {std::pair<const char*, const char*>{"NID", "1"},
        {"HOUSEHOLD_ID", "2"}}) {
    auto* id = group.add_group_identifier();
    id->set_identifier_type(type);
    id->set_identifier_value(value);
  }
  group.add_group_identifier()->set_identifier_type("UIN");  // no value
  for (const char* code : {"A", "B"})
    group.add_address()->set_sub_region_code(code);
  group.mutable_geographical_location()->set_name("x");
  auto* attribute = group.add_additional_attributes();
  attribute->set_name("roof");
  attribute->mutable_value()->set_text("\"tin \\u00e9\"");
  attribute = group.add_additional_attributes();
  attribute->set_name("rooms");
  attribute->mutable_value()->set_text("12.50");
  return group;
}

std::vector<std::string> Values(const char* path, const std::string& record) {
  std::vector<std::string> values;
  VisitValues(PathOf(path), record, [&](absl::string_view text) {
    values.emplace_back(text);
    return false;
  });
  return values;
}

TEST(ExtractTest, VisitsValuesInTheOrderOfTheRecord) {
  const std::string record = Sample().SerializeAsString();
  EXPECT_THAT(Values("address.sub_region_code", record), ElementsAre("A", "B"));
  EXPECT_THAT(Values("geographical_location.name", record), ElementsAre("x"));
  EXPECT_THAT(Values("geographical_location", record), ElementsAre(""));
  EXPECT_THAT(Values("group_type", record), IsEmpty());
  EXPECT_THAT(Values("additional_attributes.value", record),
              ElementsAre("tin \xc3\xa9", "12.50"));
}

TEST(ExtractTest, TuplesOfOneElementStayTogetherOthersCombine) {
  const std::string record = Sample().SerializeAsString();
  const auto together = Tuples({PathOf("group_identifier.identifier_type"),
                                PathOf("group_identifier.identifier_value")},
                               record);
  ASSERT_OK(together);
  EXPECT_THAT(*together,
              ElementsAre(Tuple{"HOUSEHOLD_ID", "2"}, Tuple{"NID", "1"}));
  const auto apart = Tuples({PathOf("group_identifier.identifier_value"),
                             PathOf("address.sub_region_code")},
                            record);
  ASSERT_OK(apart);
  EXPECT_THAT(*apart, ElementsAre(Tuple{"1", "A"}, Tuple{"1", "B"},
                                  Tuple{"2", "A"}, Tuple{"2", "B"}));
  const auto gap =
      Tuples({PathOf("address.sub_region_code"), PathOf("group_type")}, record);
  ASSERT_OK(gap);
  EXPECT_THAT(*gap, IsEmpty());
}

TEST(ExtractTest, TheFirstTextIsThatOfFirstElements) {
  const std::string record = Sample().SerializeAsString();
  EXPECT_EQ(FirstText(PathOf("group_identifier.identifier_value"), record),
            "1");
  EXPECT_EQ(FirstText(PathOf("group_type"), record), std::nullopt);
  EXPECT_EQ(FirstText(PathOf("group_identifier.identifier_value"), ""),
            std::nullopt);
}

TEST(ExtractTest, CombinationsAreBounded) {
  social::v1::Group group;
  for (int i = 0; i < 200; ++i) {
    group.add_address()->set_sub_region_code(std::to_string(i));
    auto* id = group.add_group_identifier();
    id->set_identifier_type("NID");
    id->set_identifier_value(std::to_string(i));
  }
  EXPECT_THAT(Tuples({PathOf("group_identifier.identifier_value"),
                      PathOf("address.sub_region_code")},
                     group.SerializeAsString()),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

// Whatever bytes stand in a record, they are read within their bounds.
TEST(ExtractTest, BytesThatAreNoRecordDoNoHarm) {
  const std::string good = Sample().SerializeAsString();
  const TestRegistry registry;
  const RecordType& type = registry.type("Group");
  Query query =
      Query::Not(Query::Compare(*FindAttribute(type, "NID"), Op::kIn, {"1"}));
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good.substr(0, random() % (good.size() + 1));
    for (int n = random() % 4; n > 0 && !bytes.empty(); --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    (void)Matches(query, bytes);
    (void)AllIndexRows(type, bytes, "key");
    (void)PrimaryKey(type, bytes);
    Values("additional_attributes.value", bytes);
  }
}

}  // namespace
}  // namespace dci::registry
