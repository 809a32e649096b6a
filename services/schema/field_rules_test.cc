// Every rule that a field or message of the wire must keep, by a breach of it.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/model.h"
#include "services/schema/test_protos.h"

namespace dci::schema {
namespace {

struct Breach {
  const char* name;
  // Body of a message `Thing` of the wire; its first line is line 9.
  const char* body;
  // Whole text of the error.
  const char* error;
};

class FieldRule : public testing::TestWithParam<Breach> {};

TEST_P(FieldRule, BreachIsReportedWithItsPlace) {
  const std::string body =
      std::string("message Thing {\n") +
      "  option (dci.wire.v1.message).type = \"Thing\";\n" + GetParam().body +
      "\n"
      "  repeated dci.common.v1.Extra extras = 999;\n"
      "}\n"
      "message Part {\n"
      "  optional string person = 1;\n"
      "  repeated dci.common.v1.Extra extras = 999;\n"
      "}\n"
      "enum Color {\n"
      "  option (dci.wire.v1.enum).code_list = true;\n"
      "  COLOR_UNSPECIFIED = 0;\n"
      "}\n";
  EXPECT_THAT(Model::BuildFromSet(ParseBody(body)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       std::string(GetParam().error)));
}

const Breach kBreaches[] = {
    {"ScalarWithoutOptional", "string a = 1;",
     "t.proto:9: t.v1.Thing.a: must be optional: presence is meaning"},
    {"MessageWithoutOptional", "Part a = 1;",
     "t.proto:9: t.v1.Thing.a: must be optional: presence is meaning"},
    {"Int64", "optional int64 a = 1;",
     "t.proto:9: t.v1.Thing.a: type int64 has no place on the wire; a count is "
     "int32, any other number a decimal string or Json"},
    {"Double", "optional double a = 1;",
     "t.proto:9: t.v1.Thing.a: type double has no place on the wire; a count "
     "is int32, any other number a decimal string or Json"},
    {"Float", "repeated float a = 1;",
     "t.proto:9: t.v1.Thing.a: type float has no place on the wire; a count "
     "is int32, any other number a decimal string or Json"},
    {"Unsigned", "optional uint32 a = 1;",
     "t.proto:9: t.v1.Thing.a: type uint32 has no place on the wire; a count "
     "is int32, any other number a decimal string or Json"},
    {"Map", "map<string, string> a = 1;",
     "t.proto:9: t.v1.Thing.a: a map has no place on the wire; use a list of "
     "messages"},
    {"OpenCodeListAsType", "optional Color a = 1;",
     "t.proto:9: t.v1.Thing.a: t.v1.Color is an open code list; make the field "
     "a string with the option code_list"},
    {"OpaqueRecordAsField", "optional dci.common.v1.OpaqueRecord a = 1;",
     "t.proto:9: t.v1.Thing.a: an opaque record stands only in an Any"},
    {"JsonNameSet", "optional string a_b = 1 [json_name = \"ab\"];",
     "t.proto:9: t.v1.Thing.a_b: json_name must stay unset; use the option "
     "name"},
    {"KeyWithSpace",
     "optional string a = 1 [(dci.wire.v1.field).name = \"a b\"];",
     "t.proto:9: t.v1.Thing.a: \"a b\" cannot be a key: keys are ASCII without "
     "space, quote, backslash, dot and slash"},
    {"AliasOfAnotherField",
     "optional string a = 1;\n"
     "optional string b = 2 [(dci.wire.v1.field).aliases = { name: \"a\" }];",
     "t.proto:10: t.v1.Thing.b: key \"a\" stands for two fields of Thing"},
    {"TwoAliasesWritten",
     "optional string a = 1 [(dci.wire.v1.field) = {\n"
     "  aliases: { name: \"b\" written: DIALECT_UNSPECIFIED }\n"
     "  aliases: { name: \"c\" written: DIALECT_DCI_2025_01 }\n"
     "}];",
     "t.proto:9: t.v1.Thing.a: two aliases are written in dci-2025-01"},
    {"UnknownCodeList",
     "optional string a = 1 [(dci.wire.v1.field).code_list = \"t.v1.None\"];",
     "t.proto:9: t.v1.Thing.a: code_list: no code list t.v1.None in the files "
     "given"},
    {"FormatOfNumber",
     "optional int32 a = 1 [(dci.wire.v1.field).format = FORMAT_DATE];",
     "t.proto:9: t.v1.Thing.a: format, max_length, pattern and code_list are "
     "for strings"},
    {"BadPattern",
     "optional string a = 1 [(dci.wire.v1.field).pattern = \"(\"];",
     "t.proto:9: t.v1.Thing.a: pattern: missing ): ("},
    {"BoundsOfText", "optional string a = 1 [(dci.wire.v1.field).minimum = 0];",
     "t.proto:9: t.v1.Thing.a: minimum and maximum are for counts"},
    {"BoundsCrossed",
     "optional int32 a = 1 [(dci.wire.v1.field) = { minimum: 2 maximum: 1 }];",
     "t.proto:9: t.v1.Thing.a: minimum is greater than maximum"},
    {"RequiredAndAbsent",
     "optional string a = 1 [(dci.wire.v1.field) = {\n"
     "  required: DIALECT_UNSPECIFIED absent: DIALECT_DCI_2025_01 }];",
     "t.proto:9: t.v1.Thing.a: required and absent in the same dialect"},
    {"SingleOfOne",
     "optional string a = 1\n"
     "    [(dci.wire.v1.field).written_single = DIALECT_UNSPECIFIED];",
     "t.proto:9: t.v1.Thing.a: written_single is for lists"},
    {"WrapperOfText",
     "optional string a = 1 [(dci.wire.v1.field).wrappers = \"w\"];",
     "t.proto:9: t.v1.Thing.a: wrappers are for objects"},
    {"WrapperIsAKey",
     "optional Part a = 1 [(dci.wire.v1.field).wrappers = \"person\"];",
     "t.proto:9: t.v1.Thing.a: wrapper \"person\" is also a key of Part"},
    {"ExampleIsNoJson",
     "optional string a = 1 [(dci.wire.v1.field).example = \"x\"];",
     "t.proto:9: t.v1.Thing.a: example is no JSON text"},
    {"CasesOutsideOneof",
     "optional string a = 1 [(dci.wire.v1.field).cases = \"x\"];",
     "t.proto:9: t.v1.Thing.a: cases are for members of a oneof"},
    {"ReferenceToNoRecord",
     "optional string a = 1 [(dci.wire.v1.field).references = \"t.v1.Part\"];",
     "t.proto:9: t.v1.Thing.a: references: no record t.v1.Part in the files "
     "given"},
    {"ExtrasElsewhere", "repeated dci.common.v1.Extra more = 7;",
     "t.proto:9: t.v1.Thing.more: members that the schema does not know are "
     "kept in `repeated … extras = 999`"},
    {"OneofWithoutKey", "oneof u {\n  Part a = 1;\n}",
     "t.proto:9: t.v1.Thing.u: has no JSON key: option name"},
    {"MemberWithAlias",
     "oneof u {\n"
     "  option (dci.wire.v1.oneof).name = \"u\";\n"
     "  Part a = 1 [(dci.wire.v1.field).name = \"x\"];\n"
     "}",
     "t.proto:11: t.v1.Thing.a: name and aliases are for the oneof, not for "
     "its members"},
    {"MemberRequired",
     "oneof u {\n"
     "  option (dci.wire.v1.oneof).name = \"u\";\n"
     "  Part a = 1 [(dci.wire.v1.field).required = DIALECT_UNSPECIFIED];\n"
     "}",
     "t.proto:11: t.v1.Thing.a: required and absent are not for members of a "
     "oneof"},
    {"DiscriminatorMissing",
     "oneof u {\n"
     "  option (dci.wire.v1.oneof) = { name: \"u\" discriminator: \"kind\" };\n"
     "  Part a = 1 [(dci.wire.v1.field).cases = \"a\"];\n"
     "}",
     "t.proto:9: t.v1.Thing.u: discriminator: no field kind"},
    {"DiscriminatorIsCount",
     "optional int32 kind = 2;\n"
     "oneof u {\n"
     "  option (dci.wire.v1.oneof) = { name: \"u\" discriminator: \"kind\" };\n"
     "  Part a = 1 [(dci.wire.v1.field).cases = \"a\"];\n"
     "}",
     "t.proto:10: t.v1.Thing.u: discriminator: kind is no text and no bool"},
    {"CaseTwice",
     "optional string kind = 3;\n"
     "oneof u {\n"
     "  option (dci.wire.v1.oneof) = { name: \"u\" discriminator: \"kind\" };\n"
     "  Part a = 1 [(dci.wire.v1.field).cases = \"x\"];\n"
     "  Part b = 2 [(dci.wire.v1.field).cases = \"X\"];\n"
     "}",
     "t.proto:10: t.v1.Thing.u: case \"X\" means two members"},
    {"MemberWithoutCase",
     "optional string kind = 3;\n"
     "oneof u {\n"
     "  option (dci.wire.v1.oneof) = { name: \"u\" discriminator: \"kind\" };\n"
     "  Part a = 1;\n"
     "}",
     "t.proto:10: t.v1.Thing.u: member a has no cases"},
    {"CasesWithoutDiscriminator",
     "oneof u {\n"
     "  option (dci.wire.v1.oneof).name = \"u\";\n"
     "  Part a = 1 [(dci.wire.v1.field).cases = \"x\"];\n"
     "}",
     "t.proto:9: t.v1.Thing.u: cases without a discriminator"},
    {"CaseAliasIsNoCase",
     "optional string kind = 3;\n"
     "oneof u {\n"
     "  option (dci.wire.v1.oneof) = { name: \"u\" discriminator: \"kind\" };\n"
     "  Part a = 1 [(dci.wire.v1.field) = {\n"
     "    cases: \"x\" case_aliases: { name: \"y\" } }];\n"
     "}",
     "t.proto:12: t.v1.Thing.a: case alias \"y\" is none of the cases, so it "
     "would not be read"},
    {"ThreeForABool",
     "optional bool kind = 4;\n"
     "oneof u {\n"
     "  option (dci.wire.v1.oneof) = { name: \"u\" discriminator: \"kind\" };\n"
     "  Part a = 1; Part b = 2; Part c = 3;\n"
     "}",
     "t.proto:10: t.v1.Thing.u: a bool chooses between two members, not among "
     "more"},
};

INSTANTIATE_TEST_SUITE_P(All, FieldRule, testing::ValuesIn(kBreaches),
                         [](const auto& info) { return info.param.name; });

std::string ErrorOf(const std::string& body) {
  return std::string(Model::BuildFromSet(ParseBody(body)).status().message());
}

TEST(MessageRule, WireMessageNeedsExtras) {
  EXPECT_EQ(ErrorOf("message Thing {\n"
                    "  option (dci.wire.v1.message).type = \"Thing\";\n"
                    "  optional Inner inner = 1;\n"
                    "}\n"
                    "message Inner {\n"
                    "  optional string a = 1;\n"
                    "}\n"),
            "t.proto:7: t.v1.Thing: has no `repeated dci.common.v1.Extra "
            "extras = 999`, so what the schema does not know would be lost\n"
            "t.proto:11: t.v1.Inner: has no `repeated dci.common.v1.Extra "
            "extras = 999`, so what the schema does not know would be lost");
}

TEST(MessageRule, ListNeedsOneRepeatedField) {
  EXPECT_EQ(ErrorOf("message L {\n"
                    "  option (dci.wire.v1.message).list = true;\n"
                    "  repeated string a = 1;\n"
                    "  repeated string b = 2;\n"
                    "}\n"),
            "t.proto:7: t.v1.L: list needs the one field, repeated, and no "
            "extras");
}

TEST(MessageRule, JsonAndOpaqueNeedTheirText) {
  EXPECT_EQ(ErrorOf("message J {\n"
                    "  option (dci.wire.v1.message).json = true;\n"
                    "  optional int32 text = 1;\n"
                    "}\n"
                    "message O {\n"
                    "  option (dci.wire.v1.message).opaque_record = true;\n"
                    "}\n"
                    "message E {\n"
                    "  option (dci.wire.v1.message).extra = true;\n"
                    "  optional string path = 1;\n"
                    "}\n"),
            "t.proto:7: t.v1.J: json needs the one field `optional string "
            "text`\n"
            "t.proto:11: t.v1.O: opaque_record needs the one field `optional "
            "string json`\n"
            "t.proto:14: t.v1.E: extra needs the two string fields `path` and "
            "`json`");
}

TEST(MessageRule, EnvelopeNeedsItsParts) {
  EXPECT_EQ(ErrorOf("message Env {\n"
                    "  option (dci.wire.v1.message).envelope = true;\n"
                    "  optional string signature = 1;\n"
                    "  repeated dci.common.v1.Extra extras = 999;\n"
                    "}\n"),
            "t.proto:7: t.v1.Env: an envelope has the fields signature "
            "(string), header (a message), original (bytes), and a oneof of "
            "two, clear and encrypted, with the key \"message\"");
}

TEST(MessageRule, EveryBreachIsReportedInTheOrderOfTheFile) {
  EXPECT_EQ(ErrorOf("message Thing {\n"
                    "  option (dci.wire.v1.message).type = \"Thing\";\n"
                    "  string a = 1;\n"
                    "  optional double b = 2;\n"
                    "  repeated dci.common.v1.Extra extras = 999;\n"
                    "}\n"
                    "enum E {\n"
                    "  option (dci.wire.v1.enum).code_list = true;\n"
                    "  E_UNSPECIFIED = 0;\n"
                    "  E_ONE = 1;\n"
                    "}\n"),
            "t.proto:9: t.v1.Thing.a: must be optional: presence is meaning\n"
            "t.proto:10: t.v1.Thing.b: type double has no place on the wire; "
            "a count is int32, any other number a decimal string or Json\n"
            "t.proto:16: t.v1.E_ONE: has no text on the wire: option name");
}

TEST(MessageRule, NotOfTheWireIsNotJudged) {
  EXPECT_OK(Model::BuildFromSet(ParseBody(
      "message Config { double rate = 1; map<string, int64> m = 2; }\n"
      "service Ops {\n"
      "  option (dci.wire.v1.service).admin = true;\n"
      "  rpc Set(Config) returns (Config) {\n"
      "    option (dci.wire.v1.method).mode = MODE_PLAIN;\n"
      "  }\n"
      "}\n")));
}

TEST(MessageRule, PlainMessagesMayDoWithoutExtrasButNotWithDoubles) {
  EXPECT_EQ(ErrorOf("message Ask { optional double rate = 1; }\n"
                    "service Open {\n"
                    "  rpc Get(Ask) returns (Ask) {\n"
                    "    option (dci.wire.v1.method).mode = MODE_PLAIN;\n"
                    "  }\n"
                    "}\n"),
            "t.proto:7: t.v1.Ask.rate: type double has no place on the wire; "
            "a count is int32, any other number a decimal string or Json");
}

TEST(EnumRule, TextsAreUnambiguous) {
  EXPECT_EQ(
      ErrorOf("enum E {\n"
              "  option (dci.wire.v1.enum).code_list = true;\n"
              "  E_UNSPECIFIED = 0 [(dci.wire.v1.value).name = \"none\"];\n"
              "  E_ONE = 1 [(dci.wire.v1.value).name = \"1\"];\n"
              "  E_TWO = 2 [(dci.wire.v1.value) = {\n"
              "    name: \"2\" aliases: \"1\" }];\n"
              "}\n"),
      "t.proto:7: t.v1.E: \"1\" means two values\n"
      "t.proto:9: t.v1.E_UNSPECIFIED: the value 0 means none and has no "
      "text");
}

TEST(FileRule, BrokenReferencesOfTheFileItselfAreErrorsToo) {
  EXPECT_EQ(ErrorOf("message Thing { optional Nothing a = 1; }\n"),
            "t.proto: t.v1.Thing.a: \"Nothing\" is not defined.");
}

}  // namespace
}  // namespace dci::schema
