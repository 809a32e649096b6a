#include "services/wire/wire_fields.h"

#include <string>
#include <vector>

#include "dci/registry/v1/search.pb.h"
#include "gtest/gtest.h"
#include "services/wire/wire_bytes.h"

namespace dci::wire {
namespace {

using dci::registry::v1::SearchRequest;
using dci::registry::v1::SearchRequestItem;

SearchRequest TwoItems() {
  SearchRequest request;
  request.set_transaction_id("t-1");
  request.add_search_request()->set_reference_id("r-1");
  request.add_search_request()->set_reference_id("r-2");
  return request;
}

TEST(WireFields, FindsWhatProtobufWrote) {
  const std::string bytes = TwoItems().SerializeAsString();
  EXPECT_EQ(FindBytes(bytes, 1), "t-1");
  EXPECT_EQ(FindBytes(bytes, 7), "");

  std::vector<std::string> references;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.number() != 2) continue;
    references.emplace_back(FindBytes(reader.bytes(), 1));
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(references, (std::vector<std::string>{"r-1", "r-2"}));
}

TEST(WireFields, TheLastOfARepeatedValueCounts) {
  std::string bytes;
  AppendBytesField(&bytes, 1, "first");
  AppendBytesField(&bytes, 1, "second");
  EXPECT_EQ(FindBytes(bytes, 1), "second");
}

TEST(WireFields, ProtobufReadsWhatIsAppended) {
  dci::registry::v1::SearchResponseItem expected;
  expected.set_reference_id(std::string(300, 'r'));
  expected.set_status(dci::common::v1::REQUEST_STATUS_SUCC);

  std::string bytes;
  AppendBytesField(&bytes, 1, std::string(300, 'r'));
  AppendVarintField(&bytes, 3, dci::common::v1::REQUEST_STATUS_SUCC);
  AppendBytesField(&bytes, 0, "no such field");
  AppendVarintField(&bytes, 0, 5);
  EXPECT_EQ(bytes, expected.SerializeAsString());
}

TEST(WireFields, LeavesOutTwoFields) {
  SearchRequestItem item;
  item.set_reference_id("r");
  item.set_timestamp("now");
  item.set_locale("eng");
  SearchRequestItem rest;
  ASSERT_TRUE(rest.ParseFromString(Without(item.SerializeAsString(), 2, 4)));
  EXPECT_EQ(rest.reference_id(), "r");
  EXPECT_FALSE(rest.has_timestamp());
  EXPECT_FALSE(rest.has_locale());
}

TEST(WireFields, EveryTruncationEndsTheReading) {
  const std::string bytes = TwoItems().SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    WireReader reader(absl::string_view(bytes).substr(0, size));
    size_t seen = 0;
    while (reader.Next()) seen += reader.whole().size();
    EXPECT_LE(seen, size);
    EXPECT_EQ(reader.ok(), seen == size) << size;
  }
}

TEST(WireFields, MalformedBytesAreNotOk) {
  const std::vector<std::string> malformed = {
      std::string("\x00\x00", 2),                              // field 0
      "\x0b",                                                  // a group
      "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",          // huge length
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00",  // endless tag
      "\x09\x01\x02",                                          // short fixed64
      "\x0d\x01",                                              // short fixed32
  };
  for (const std::string& bytes : malformed) {
    WireReader reader(bytes);
    while (reader.Next()) {
    }
    EXPECT_FALSE(reader.ok());
  }
}

}  // namespace
}  // namespace dci::wire
