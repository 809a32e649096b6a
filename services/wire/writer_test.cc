#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dci/registry/v1/search.pb.h"
#include "dci/social/v1/social.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/wire/codec.h"
#include "services/wire/codec_testing.h"

namespace dci::wire {
namespace {

using ::dci::schema::Dialect;
using ::testing::HasSubstr;

constexpr absl::StatusCode kBad = absl::StatusCode::kInvalidArgument;

TEST(WriterTest, RefusesBytesThatAreNoMessage) {
  for (const std::string& bytes :
       {std::string("\x08"), std::string("\x0a\x05xx"), std::string("\x0b"),
        std::string("\x00\x00", 2), std::string("\x0d\x01\x02\x03\x04"),
        std::string("\x0a\x01\xff"), std::string("\x08\x01")}) {
    std::string json;
    EXPECT_THAT(TestCodec().WireToJson(TestMessage(kHeader), bytes,
                                       Dialect::kC25, &json),
                StatusIs(kBad));
  }
}

TEST(WriterTest, RefusesJsonThatWouldEndItsObject) {
  for (const char* text :
       {"1,\"sender_id\":\"other\"", "{}}", "", "\"\xff\"", "{\"a\":1"}) {
    dci::common::v1::MsgHeader header;
    header.set_sender_id("s");
    header.add_extras()->set_path("x");
    header.mutable_extras(0)->set_json(text);
    std::string json;
    EXPECT_THAT(
        TestCodec().WireToJson(TestMessage(kHeader), header.SerializeAsString(),
                               Dialect::kC25, &json),
        StatusIs(kBad))
        << text;
  }
}

TEST(WriterTest, AFieldComesBeforeAnExtraOfItsName) {
  dci::common::v1::MsgHeader header;
  header.set_sender_id("right");
  header.add_extras()->set_path("sender_id");
  header.mutable_extras(0)->set_json("\"wrong\"");
  header.add_extras()->set_path("b");
  header.mutable_extras(1)->set_json("1");
  header.add_extras()->set_path("b");
  header.mutable_extras(2)->set_json("2");
  EXPECT_EQ(Write(kHeader, header.SerializeAsString()),
            "{\"b\":1,\"sender_id\":\"right\"}");
}

TEST(WriterTest, BoundsNesting) {
  std::string wire;
  for (int i = 0; i < 5000; ++i) {
    dci::common::v1::Place place;
    std::string outer = "\x22";
    size_t size = wire.size();
    while (size >= 0x80) {
      outer.push_back(static_cast<char>(size | 0x80));
      size >>= 7;
    }
    outer.push_back(static_cast<char>(size));
    wire = outer + wire;
  }
  std::string json;
  EXPECT_THAT(TestCodec().WireToJson(TestMessage("dci.common.v1.Place"), wire,
                                     Dialect::kC25, &json),
              StatusIs(kBad, HasSubstr("nested too deep")));
}

TEST(WriterTest, MergesPiecesAsProtobufDoes) {
  dci::registry::v1::SearchRequestItem a, b;
  a.set_reference_id("first");
  a.mutable_search_criteria()->set_version("1");
  b.set_reference_id("second");
  b.mutable_search_criteria()->set_reg_type("R");
  EXPECT_EQ(Write("dci.registry.v1.SearchRequestItem",
                  a.SerializeAsString() + b.SerializeAsString()),
            "{\"reference_id\":\"second\",\"search_criteria\":{\"reg_type\":"
            "\"R\",\"version\":\"1\"}}");
}

}  // namespace
}  // namespace dci::wire
