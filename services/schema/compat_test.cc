// Which changes of a schema the stored records survive.
#include "services/schema/compat.h"

#include <memory>
#include <string>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/test_protos.h"

namespace dci::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kStored[] = R"(
message Farm {
  option (dci.wire.v1.message).record = {
    type: "Farm"
    primary_key: "number"
    indexes: { name: "crop" paths: "plot.crop" kind: KIND_EQUALITY }
    indexes: { name: "size" paths: "size" kind: KIND_RANGE }
  };
  optional string number = 1;
  repeated Plot plot = 2;
  optional string size = 3;
  optional State state = 4;
  repeated dci.common.v1.Extra extras = 999;
}
message Plot {
  optional string crop = 1;
  optional int32 trees = 2;
  repeated dci.common.v1.Extra extras = 999;
}
message Unstored {
  option (dci.wire.v1.message).type = "Unstored";
  optional string a = 1;
  repeated dci.common.v1.Extra extras = 999;
}
enum State {
  STATE_UNSPECIFIED = 0;
  STATE_OPEN = 1 [(dci.wire.v1.value).name = "open"];
  STATE_SHUT = 2 [(dci.wire.v1.value).name = "shut"];
}
)";

std::unique_ptr<const Model> Build(const std::string& body) {
  auto model = Model::BuildFromSet(ParseBody(body));
  EXPECT_OK(model);
  return *std::move(model);
}

// What is wrong after each first text became the second.
std::vector<std::string> After(
    std::vector<std::pair<absl::string_view, absl::string_view>> changes) {
  const std::string changed = absl::StrReplaceAll(kStored, changes);
  EXPECT_NE(changed, kStored);
  return Incompatibilities(*Build(kStored), *Build(changed));
}

TEST(Compat, TheSameSchemaIsCompatible) {
  EXPECT_THAT(Incompatibilities(*Build(kStored), *Build(kStored)), IsEmpty());
}

TEST(Compat, AdditionsAreCompatible) {
  EXPECT_THAT(
      After(
          {{"optional int32 trees = 2;",
            "optional int32 trees = 2; optional string soil = 3;"},
           {"    indexes: { name: \"size\"",
            "    indexes: { name: \"n\" paths: \"number\" kind: KIND_RANGE }\n"
            "    indexes: { name: \"size\""},
           {"STATE_SHUT = 2",
            "STATE_SOLD = 3 [(dci.wire.v1.value).name = \"sold\"];\n"
            "STATE_SHUT = 2"}}),
      IsEmpty());
}

TEST(Compat, DroppedIndexIsCompatible) {
  EXPECT_THAT(After({{"indexes: { name: \"size\" paths: \"size\" kind: "
                      "KIND_RANGE }",
                      ""}}),
              IsEmpty());
}

TEST(Compat, NewNameOfAFieldIsCompatibleEvenInAnIndex) {
  EXPECT_THAT(After({{"crop = 1", "plant = 1"}, {"plot.crop", "plot.plant"}}),
              IsEmpty());
}

TEST(Compat, WhatIsNotStoredMayChange) {
  EXPECT_THAT(After({{"optional string a = 1", "optional int32 a = 1"}}),
              IsEmpty());
}

TEST(Compat, RemovedFieldNeedsAReservation) {
  EXPECT_THAT(After({{"optional int32 trees = 2;", ""}}),
              ElementsAre("t.v1.Plot.trees is gone, and its number 2 is not "
                          "reserved"));
  EXPECT_THAT(After({{"optional int32 trees = 2;", "reserved 2;"}}), IsEmpty());
}

TEST(Compat, NumberOfAnotherTypeIsNot) {
  EXPECT_THAT(
      After({{"optional int32 trees = 2;", "optional string trees = 2;"}}),
      ElementsAre("number 2 of t.v1.Plot was trees, int32, and is trees, "
                  "string"));
}

TEST(Compat, ListMadeOneIsNot) {
  EXPECT_THAT(After({{"repeated Plot plot = 2", "optional Plot plot = 2"}}),
              ElementsAre("number 2 of t.v1.Farm was plot, list of t.v1.Plot, "
                          "and is plot, t.v1.Plot"));
}

TEST(Compat, ValueOfAVocabularyMustStay) {
  EXPECT_THAT(After({{"name = \"shut\"", "name = \"closed\""}}),
              ElementsAre("number 2 of t.v1.State was shut and is closed"));
  EXPECT_THAT(
      After({{"STATE_SHUT = 2 [(dci.wire.v1.value).name = \"shut\"];", ""}}),
      ElementsAre("value shut of t.v1.State is gone"));
}

TEST(Compat, PrimaryKeyMustStay) {
  EXPECT_THAT(After({{"primary_key: \"number\"", "primary_key: \"size\""}}),
              ElementsAre("the primary key of t.v1.Farm was number and is "
                          "size"));
}

TEST(Compat, ChangedIndexIsCompatible) {
  EXPECT_THAT(
      After({{"name: \"crop\" paths: \"plot.crop\" kind: KIND_EQUALITY",
              "name: \"crop\" paths: \"size\" kind: KIND_RANGE unique: true"}}),
      IsEmpty());
}

TEST(Compat, RecordMustStayARecord) {
  EXPECT_THAT(
      Incompatibilities(
          *Build(kStored),
          *Build("message Other { option (dci.wire.v1.message).type = \"O\";\n"
                 "  repeated dci.common.v1.Extra extras = 999; }")),
      ElementsAre("t.v1.Farm is a record no more"));
}

TEST(Compat, MessageOfARecordUnderAnotherNameIsAnotherType) {
  EXPECT_THAT(
      After({{"Plot plot", "Parcel plot"}, {"message Plot", "message Parcel"}}),
      ElementsAre("number 2 of t.v1.Farm was plot, list of t.v1.Plot, "
                  "and is plot, list of t.v1.Parcel"));
}

}  // namespace
}  // namespace dci::schema
