// Codes, labels, types of values: stored one way, written as the peer's
// dialect does.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/locations/v1/locations.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/registries.h"
#include "services/wire/codec.h"

namespace dci::wire {
namespace {

using ::dci::schema::Dialect;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kDisabled[] = "dci.disability.v1.DisabledPerson";
constexpr char kSupport[] = "dci.disability.v1.HumanAssistance";
constexpr char kIdentifier[] = "dci.common.v1.Identifier";
constexpr char kPlace[] = "dci.locations.v1.Place";

const Codec& AllCodec() {
  static const Codec* const codec = [] {
    auto files = schema::RegistryFiles();
    files.push_back(locations::v1::Place::descriptor()->file());
    auto model = schema::Model::Build(files);
    EXPECT_OK(model);
    return new Codec(model->release());
  }();
  return *codec;
}

const schema::Message& Type(const char* name) {
  return *AllCodec().model().FindMessage(name);
}

std::string Read(const char* type, const std::string& json,
                 std::vector<std::string>* rules = nullptr) {
  std::vector<Finding> findings;
  const auto wire = AllCodec().JsonToWire(Type(type), json, &findings);
  EXPECT_OK(wire);
  for (const Finding& f : findings)
    if (rules != nullptr) rules->push_back(absl::StrCat(f.path, " ", f.rule));
  return wire.value_or("");
}

std::string Write(const char* type, const std::string& wire,
                  const WriteOptions& options) {
  std::string json;
  EXPECT_OK(AllCodec().WireToJson(Type(type), wire, options, &json));
  return json;
}

std::string Write(const char* type, const std::string& wire, Dialect dialect) {
  WriteOptions options;
  options.dialect = dialect;
  return Write(type, wire, options);
}

WriteOptions With(CodeTexts texts) {
  WriteOptions options;
  options.code_texts = texts;
  return options;
}

TEST(CodeTextTest, LabelAndAliasAndCodeAreStoredAlike) {
  const std::string code = Read(kSupport, "{\"support\":\"0\"}");
  std::vector<std::string> rules;
  for (const char* text : {"Needed", "needed", "NEEDED", "Required"})
    EXPECT_EQ(Read(kSupport,
                   absl::StrCat("{\"support_status\":\"", text, "\"}"), &rules),
              code)
        << text;
  EXPECT_THAT(rules, testing::Contains("/support_status code_label").Times(4));
}

TEST(CodeTextTest, LabelIsWrittenWhereExamplesOfTheDialectDo) {
  const std::string wire = Read(kSupport, "{\"support\":\"1\"}");
  EXPECT_EQ(Write(kSupport, wire, Dialect::kC25), "{\"support\":\"Received\"}");
  EXPECT_EQ(Write(kSupport, wire, Dialect::kD25), "{\"support\":\"Received\"}");
  EXPECT_EQ(Write(kSupport, wire, Dialect::kG23), "{\"support\":\"1\"}");
}

TEST(CodeTextTest, ParticipantsSettingIsStrongerThanTheDialect) {
  const std::string labelled = Read(kSupport, "{\"support\":\"1\"}");
  EXPECT_EQ(Write(kSupport, labelled, With(CodeTexts::kCodes)),
            "{\"support\":\"1\"}");
  const char* member = "dci.common.v1.Member";
  const std::string coded = Read(member, "{\"marital_status\":\"Married\"}");
  EXPECT_EQ(Write(member, coded, Dialect::kC25), "{\"marital_status\":\"M\"}");
  EXPECT_EQ(Write(member, coded, With(CodeTexts::kLabels)),
            "{\"marital_status\":\"Married\"}");
}

TEST(CodeTextTest, NormalFormHasCodesWhateverIsSaid) {
  WriteOptions options = With(CodeTexts::kLabels);
  options.normal_form = true;
  EXPECT_EQ(
      Write(kSupport, Read(kSupport, "{\"support\":\"Received\"}"), options),
      "{\"support\":\"1\"}");
}

TEST(CodeTextTest, UnknownTextsReturnAsTheyCame) {
  for (const char* json :
       {"{\"disability_status\":\"Suspended for review\"}",
        "{\"disability_status\":\"7\"}", "{\"disability_status\":\" 0\"}"}) {
    const std::string wire = Read(kDisabled, json);
    for (CodeTexts texts :
         {CodeTexts::kDialects, CodeTexts::kCodes, CodeTexts::kLabels})
      EXPECT_THAT(Write(kDisabled, wire, With(texts)),
                  testing::HasSubstr(std::string(json).substr(1)));
  }
}

// What is written is read back as what was stored, for every code there is.
TEST(CodeTextTest, EveryLabelMeansItsCode) {
  int codes = 0;
  for (const schema::CodeList* list : AllCodec().model().code_lists()) {
    for (const schema::Code& code : list->codes) {
      ++codes;
      EXPECT_EQ(list->Find(list->WrittenLabel(code)), &code)
          << list->full_name << " " << code.code;
      EXPECT_EQ(list->Find(code.code), &code) << list->full_name;
    }
  }
  EXPECT_GT(codes, 300);
}

TEST(CodeTextTest, TypeOfAValueIsWrittenWhereExamplesDo) {
  const std::string wire = Read(kIdentifier, "{\"identifier_value\":\"1\"}");
  const std::string with =
      "{\"@type\":\"Identifier\",\"identifier_value\":\"1\"}";
  const std::string without = "{\"identifier_value\":\"1\"}";
  EXPECT_EQ(Write(kIdentifier, wire, Dialect::kC25), with);
  EXPECT_EQ(Write(kIdentifier, wire, Dialect::kD25), with);
  EXPECT_EQ(Write(kIdentifier, wire, Dialect::kG23), without);
  WriteOptions normal;
  normal.normal_form = true;
  EXPECT_EQ(Write(kIdentifier, wire, normal), without);
  // Read, it is nothing that must be kept; another one is.
  EXPECT_EQ(Read(kIdentifier, with), wire);
  const std::string odd =
      "{\"@type\":\"spdci:Identifier\",\"identifier_value\":\"1\"}";
  EXPECT_EQ(Write(kIdentifier, Read(kIdentifier, odd), Dialect::kC25), odd);
}

TEST(CodeTextTest, NullIsWrittenWhereItMeansSomething) {
  std::vector<std::string> rules;
  const std::string root =
      Read(kPlace,
           "{\"identifier\":[{\"identifier\":\"1\"}],\"name\":\"A\","
           "\"contained_in_place\":null}",
           &rules);
  EXPECT_THAT(rules, IsEmpty());
  EXPECT_EQ(Write(kPlace, root, Dialect::kD25),
            "{\"@type\":\"Place\",\"contained_in_place\":null,"
            "\"identifier\":[{\"@type\":\"PropertyValue\",\"identifier\":\"1\"}"
            "],\"name\":\"A\"}");
}

TEST(CodeTextTest, ListOfListsIsReadAndWritten) {
  const char* type = "dci.disability.v1.GetDisabilitySupportData";
  std::vector<std::string> rules;
  const std::string json =
      "{\"reg_records\":[[{\"human_assistance\":[{\"type\":\"mobility\"}]}],"
      "[]]}";
  const std::string wire = Read(type, json, &rules);
  EXPECT_THAT(rules, IsEmpty());
  EXPECT_EQ(Write(type, wire, Dialect::kG23), json);
  EXPECT_EQ(Write(type, wire, Dialect::kC25),
            "{\"reg_records\":[[{\"human_assistance\":[{\"type\":\"Mobility\"}]"
            "}],[]]}");
}

TEST(CodeTextTest, EnrolmentNestedInTheMemberIsRead) {
  std::vector<std::string> rules;
  const std::string wire =
      Read("dci.ibr.v1.Beneficiary",
           "{\"member\":{\"member_identifier\":\"HS0205202401\","
           "\"programme_identifier\":{\"programme\":{\"programme_identifier\":"
           "\"DCI001\"},\"enrolment_status\":\"Active\"}}}",
           &rules);
  EXPECT_THAT(
      rules,
      ElementsAre("/member/member_identifier single_as_list",
                  "/member/member_identifier bare_value",
                  "/member/programme_identifier/enrolment_status alias",
                  "/member/programme_identifier/enrolment_status code_label"));
  WriteOptions normal;
  normal.normal_form = true;
  EXPECT_THAT(Write("dci.ibr.v1.Beneficiary", wire, normal),
              testing::HasSubstr(
                  "\"member\":{\"member_identifier\":[{\"identifier_value\":"
                  "\"HS0205202401\"}],\"programme_identifier\":{"
                  "\"enrollment_status\":\"1\",\"programme\":{"
                  "\"programme_identifier\":\"DCI001\"}}}"));
}

}  // namespace
}  // namespace dci::wire
