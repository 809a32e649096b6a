#include "services/registry/record_type.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/registries.h"

namespace dci::registry {
namespace {

using ::testing::HasSubstr;

class PrimaryKeyTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(model_, schema::Model::Build(schema::RegistryFiles()));
  }
  RecordType Type(const char* name) const {
    RecordType type;
    type.message = model_->FindMessage(name);
    return type;
  }

  std::unique_ptr<const schema::Model> model_;
};

TEST_F(PrimaryKeyTest, SparseKeyMayLackAllButItsFirstPart) {
  const RecordType type = Type("dci.ibr.v1.Beneficiary");
  ASSERT_OK_AND_ASSIGN(const std::string person,
                       PrimaryKeyOf(type, {"DCI001", "UIN", "1", "", ""}));
  ASSERT_OK_AND_ASSIGN(const std::string group,
                       PrimaryKeyOf(type, {"DCI001", "", "", "UIN", "1"}));
  EXPECT_NE(person, group);
  EXPECT_THAT(PrimaryKeyOf(type, {"", "UIN", "1", "", ""}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("programme_identifier")));
}

TEST_F(PrimaryKeyTest, OtherKeysMustBeWhole) {
  EXPECT_THAT(PrimaryKeyOf(Type("dci.crvs.v1.Person"), {"UIN", ""}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("identifier.identifier_value")));
  EXPECT_THAT(PrimaryKeyOf(Type("dci.crvs.v1.Person"), {"UIN"}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

// A query may name the identifier as a whole: its value is meant.
TEST_F(PrimaryKeyTest, AttributeSaysWhichValueOfAnObjectIsMeant) {
  const schema::Message& disabled =
      *model_->FindMessage("dci.disability.v1.DisabledPerson");
  for (const char* name :
       {"member.member_identifier", "personal_details.member_identifier"}) {
    ASSERT_OK_AND_ASSIGN(const schema::Path path,
                         schema::FindPath(disabled, name));
    EXPECT_EQ(path.text, "personal_details.member_identifier.identifier_value");
  }
}

}  // namespace
}  // namespace dci::registry
