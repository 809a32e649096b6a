#include "services/schema/dump.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/schema/test_protos.h"

namespace dci::schema {
namespace {

constexpr char kBody[] = R"(
message Farm {
  option (dci.wire.v1.message) = {
    type: "FRFarm"
    record: {
      type: "Farm" type_aliases: "Holding" primary_key: "@id"
      indexes: { name: "n" paths: "@id" kind: KIND_RANGE unique: true }
      attributes: { name: "size" path: "trees" }
    }
  };
  optional string number = 1 [(dci.wire.v1.field) = {
    name: "@id" required: DIALECT_UNSPECIFIED format: FORMAT_ID
    max_length: 9 pattern: "[0-9]+" personal: PERSONAL_IDENTIFYING
    aliases: { name: "no" written: DIALECT_G2P_CONNECT_2023 }
    aliases: { name: "num" }
    example: "\"1\"" }];
  optional int32 trees = 2 [(dci.wire.v1.field) = {
    minimum: 0 maximum: 9 absent: DIALECT_DCI_2025_01 }];
  repeated Farm part = 3 [(dci.wire.v1.field) = {
    wrappers: "farm" written_single: DIALECT_G2P_CONNECT_2023 }];
  optional string crop = 4 [(dci.wire.v1.field) = {
    code_list: "t.v1.Crop" personal: PERSONAL_SENSITIVE }];
  optional string of = 5 [(dci.wire.v1.field).references = "t.v1.Farm"];
  oneof more {
    option (dci.wire.v1.oneof) = { name: "extra" discriminator: "crop" };
    Farm farm = 6 [(dci.wire.v1.field) = {
      cases: [ "a", "b" ]
      case_aliases: { name: "b" written: DIALECT_DCI_2025_01 } }];
    dci.common.v1.Json other = 7;
  }
  repeated dci.common.v1.Extra extras = 999;
}
enum Crop {
  option (dci.wire.v1.enum) = { code_list: true source: "FAO" };
  CROP_UNSPECIFIED = 0;
  CROP_RICE = 1 [(dci.wire.v1.value) = {
    name: "0108" label: "Rice" aliases: "rice" }];
}
service Farms {
  option (dci.wire.v1.service) = {
    prefixes: "farmer" reg_type: "ns:FR" records: "t.v1.Farm" };
  rpc Get(Farm) returns (Farm) {
    option (dci.wire.v1.method) = {
      path: "/farm" mode: MODE_PLAIN http_verb: "GET" scope: "s"
      extension_in: DIALECT_DCI_2025_01 source: "none" };
  }
}
)";

TEST(Dump, SaysEverythingThatIsDeclared) {
  ASSERT_OK_AND_ASSIGN(auto model, Model::BuildFromSet(ParseBody(kBody)));
  EXPECT_EQ(Dump(*model->FindMessage("t.v1.Farm")),
            R"(message t.v1.Farm type=FRFarm
  record Farm aliases=Holding written=Farm key=@id
  index n paths=@id range unique
  attribute size path=trees
  oneof more key=extra by=crop
  1 number string key=@id aliases=no:G23,num format=id max_length=9 pattern=[0-9]+ required=all identifying example="1"
  2 trees int32 min=0 max=9 absent=D25
  3 part repeated t.v1.Farm single=G23 wrappers=farm
  4 crop string codes=t.v1.Crop sensitive
  5 of string references=t.v1.Farm
  6 farm t.v1.Farm oneof=more cases=a,b,b:D25
  7 other json oneof=more
  999 extras repeated extras
)");
  EXPECT_EQ(
      Dump(*model->FindService("t.v1.Farms")),
      R"(service t.v1.Farms prefixes=farmer reg_type=ns:FR records=t.v1.Farm
  rpc Get plain verb=GET path=/farm scope=s extension_in=D25 source=none
)");
  EXPECT_THAT(Dump(*model),
              testing::StartsWith("codes t.v1.Crop source=FAO\n"
                                  "  1 0108 label=Rice aliases=rice\n"
                                  "message dci.common.v1.Ack\n"));
}

}  // namespace
}  // namespace dci::schema
