// Records: what they declare, and every rule of it by a breach.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"
#include "services/schema/test_protos.h"

namespace dci::schema {
namespace {

using ::testing::ElementsAre;

// A record whose options are those given; the message stands on line 7.
std::string WithRules(absl::string_view rules) {
  return absl::StrCat(
      "message Farm {\n"
      "  option (dci.wire.v1.message).record = {\n",
      rules,
      "  };\n"
      "  optional string number = 1;\n"
      "  optional string name = 2 [(dci.wire.v1.field).aliases = {\n"
      "    name: \"title\" }];\n"
      "  repeated Plot plot = 3 [(dci.wire.v1.field) = {\n"
      "    wrappers: \"land\" aliases: { name: \"parcel\" } }];\n"
      "  optional dci.common.v1.Json more = 4;\n"
      "  repeated dci.common.v1.Extra extras = 999;\n"
      "}\n"
      "message Plot {\n"
      "  optional string crop = 1;\n"
      "  repeated dci.common.v1.Extra extras = 999;\n"
      "}\n");
}

std::string ErrorOf(absl::string_view rules) {
  return std::string(
      Model::BuildFromSet(ParseBody(WithRules(rules))).status().message());
}

constexpr absl::string_view kGood =
    "type: \"Farm\"\n"
    "type_aliases: \"Holding\"\n"
    "context: \"{}\"\n"
    "primary_key: \"number\"\n"
    "indexes: { name: \"crop\" paths: \"plot.crop\" kind: KIND_EQUALITY }\n"
    "indexes: { name: \"id\" paths: [ \"name\", \"number\" ]\n"
    "           kind: KIND_RANGE unique: true }\n"
    "identifier_index: \"id\"\n"
    "attributes: { name: \"grows\" path: \"plot.crop\" }\n";

TEST(Record, KeepsWhatItDeclares) {
  ASSERT_OK_AND_ASSIGN(auto model,
                       Model::BuildFromSet(ParseBody(WithRules(kGood))));
  const Message* farm = model->FindMessage("t.v1.Farm");
  ASSERT_NE(farm, nullptr);
  ASSERT_TRUE(farm->record.has_value());
  const Record& record = *farm->record;
  EXPECT_EQ(record.type, "Farm");
  EXPECT_EQ(record.written_type, "Farm");
  EXPECT_EQ(farm->written_type, "Farm");
  EXPECT_EQ(record.context, "{}");
  EXPECT_THAT(record.aliases, ElementsAre("Holding"));
  ASSERT_EQ(record.primary_key.size(), 1u);
  EXPECT_EQ(record.primary_key[0].text, "number");
  ASSERT_EQ(record.indexes.size(), 2u);
  EXPECT_EQ(record.indexes[0].paths[0].fields.size(), 2u);
  EXPECT_EQ(record.indexes[0].kind, IndexKind::kEquality);
  EXPECT_TRUE(record.indexes[1].unique);
  EXPECT_EQ(record.indexes[1].kind, IndexKind::kRange);
  EXPECT_EQ(record.identifier_index, &record.indexes[1]);
  EXPECT_EQ(record.attributes.at("grows").text, "plot.crop");
  EXPECT_THAT(model->records(), ElementsAre(farm));
}

TEST(Path, IsFoundByNamesAliasesWrappersAndAttributes) {
  ASSERT_OK_AND_ASSIGN(auto model,
                       Model::BuildFromSet(ParseBody(WithRules(kGood))));
  const Message& farm = *model->FindMessage("t.v1.Farm");
  for (const char* text :
       {"plot.crop", "parcel.crop", "plot.land.crop", "grows"}) {
    ASSERT_OK_AND_ASSIGN(Path path, FindPath(farm, text));
    EXPECT_EQ(path.text, "plot.crop") << text;
    EXPECT_EQ(path.leaf().name, "crop");
    EXPECT_TRUE(path.fields[0]->repeated);
  }
  ASSERT_OK_AND_ASSIGN(Path whole, FindPath(farm, "plot.land"));
  EXPECT_EQ(whole.text, "plot");
}

TEST(Path, SaysWhatDoesNotExist) {
  ASSERT_OK_AND_ASSIGN(auto model,
                       Model::BuildFromSet(ParseBody(WithRules(kGood))));
  const Message& farm = *model->FindMessage("t.v1.Farm");
  const auto invalid = absl::StatusCode::kInvalidArgument;
  const auto not_found = absl::StatusCode::kNotFound;
  EXPECT_THAT(FindPath(farm, "plot.size"),
              StatusIs(not_found, std::string("plot.size: Plot has no size")));
  EXPECT_THAT(FindPath(farm, "land.crop"), StatusIs(not_found));
  EXPECT_THAT(FindPath(farm, ""), StatusIs(invalid));
  EXPECT_THAT(FindPath(farm, "plot..crop"), StatusIs(not_found));
  EXPECT_THAT(FindPath(farm, "Plot.crop"), StatusIs(not_found));
  EXPECT_THAT(FindPath(farm, "name.first"),
              StatusIs(invalid, std::string("name.first: name is no object")));
  EXPECT_THAT(FindPath(farm, "extras.path"), StatusIs(not_found));
}

struct Breach {
  const char* name;
  const char* rules;
  const char* error;
};

class RecordRule : public testing::TestWithParam<Breach> {};

TEST_P(RecordRule, BreachIsReportedWithItsPlace) {
  EXPECT_EQ(ErrorOf(GetParam().rules),
            absl::StrCat("t.proto:7: t.v1.Farm: ", GetParam().error));
}

const Breach kBreaches[] = {
    {"NoType", "primary_key: \"number\"\n", "record: type is not set"},
    {"NoKey", "type: \"Farm\"\n", "record: primary_key is not set"},
    {"KeyMissing", "type: \"Farm\" primary_key: \"id\"\n",
     "primary_key: id: Farm has no id"},
    {"KeyByAlias", "type: \"Farm\" primary_key: \"title\"\n",
     "primary_key: title is not canonical; write name"},
    {"KeyIsObject", "type: \"Farm\" primary_key: \"plot\"\n",
     "primary_key: plot holds no single value"},
    {"IndexOfJson",
     "type: \"Farm\" primary_key: \"number\"\n"
     "indexes: { name: \"i\" paths: \"more\" kind: KIND_EQUALITY }\n",
     "index \"i\": more holds no single value"},
    {"IndexWithoutKind",
     "type: \"Farm\" primary_key: \"number\"\n"
     "indexes: { name: \"i\" paths: \"name\" }\n",
     "index \"i\": kind is not set"},
    {"IndexWithoutPaths",
     "type: \"Farm\" primary_key: \"number\"\n"
     "indexes: { name: \"i\" kind: KIND_RANGE }\n",
     "index \"i\": has no paths"},
    {"IndexTwice",
     "type: \"Farm\" primary_key: \"number\"\n"
     "indexes: { name: \"i\" paths: \"name\" kind: KIND_RANGE }\n"
     "indexes: { name: \"i\" paths: \"number\" kind: KIND_RANGE }\n",
     "index \"i\": its name is empty or used twice"},
    {"IdentifierIndexMissing",
     "type: \"Farm\" primary_key: \"number\" identifier_index: \"i\"\n",
     "identifier_index: no index \"i\""},
    {"IdentifierIndexOfOnePath",
     "type: \"Farm\" primary_key: \"number\" identifier_index: \"i\"\n"
     "indexes: { name: \"i\" paths: \"name\" kind: KIND_RANGE }\n",
     "identifier_index: index \"i\" has not the two paths type and value"},
    {"AttributeHidesField",
     "type: \"Farm\" primary_key: \"number\"\n"
     "attributes: { name: \"title\" path: \"number\" }\n",
     "attribute \"title\": the record has a field of that name"},
    {"AttributeTwice",
     "type: \"Farm\" primary_key: \"number\"\n"
     "attributes: { name: \"a\" path: \"number\" }\n"
     "attributes: { name: \"a\" path: \"name\" }\n",
     "attribute \"a\": stands twice"},
    {"AttributeOfAttribute",
     "type: \"Farm\" primary_key: \"number\"\n"
     "attributes: { name: \"a\" path: \"number\" }\n"
     "attributes: { name: \"b\" path: \"a\" }\n",
     "attribute \"b\": a: Farm has no a"},
    {"ContextIsNoJson",
     "type: \"Farm\" primary_key: \"number\" context: \"{\"\n",
     "record: context is no JSON text"},
};

INSTANTIATE_TEST_SUITE_P(All, RecordRule, testing::ValuesIn(kBreaches),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace dci::schema
