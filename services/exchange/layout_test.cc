#include "services/exchange/layout.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "services/base/status_matchers.h"
#include "services/storage/memory/memory_store.h"

namespace dci::exchange {
namespace {

TEST(Layout, NeedsItsSpaces) {
  EXPECT_OK(Spaces::Find(*storage::NewMemoryStore(ExchangeSpaces())));
  EXPECT_THAT(Spaces::Find(*storage::NewMemoryStore({"other"})).status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(Layout, IdsOfAnyContentDoNotMeet) {
  // Pieces that would be equal if they were only put behind each other.
  EXPECT_NE(MessageKey("ab", "c"), MessageKey("a", "bc"));
  const std::set<std::string> keys = {
      ItemKey("s", "o", "t", "r"), ItemKey("so", "", "t", "r"),
      ItemKey("s", "ot", "", "r"), ItemKey("s", "o", "", "tr"),
      ItemKey("s", "o", "tr", "")};
  EXPECT_EQ(keys.size(), 5u);
  EXPECT_EQ(ItemKey("s", "o", "t", "r").size(), 16u);
  EXPECT_TRUE(
      absl::StartsWith(ItemKey("s", "o", "t", "r"), ItemPrefix("s", "r")));
}

TEST(Layout, RowsOfOneRequestAreNotAnothers) {
  EXPECT_FALSE(absl::StartsWith(PendingKey("c-12", 0), PendingPrefix("c-1")));
  EXPECT_FALSE(absl::StartsWith(OutcomesKey("c-12", 0), OutcomesPrefix("c-1")));
  EXPECT_LT(PendingKey("c", 9), PendingKey("c", 10));
  EXPECT_EQ(IndexOf(PendingKey("c", 300)), 300u);
  EXPECT_EQ(IndexOf("short"), std::nullopt);
}

TEST(Layout, HandlesAreReadBack) {
  const auto handle = ItemHandle::FromText(ItemHandle{"a/b", 7}.ToText());
  ASSERT_TRUE(handle.has_value());
  EXPECT_EQ(handle->correlation_id, "a/b");
  EXPECT_EQ(handle->index, 7u);
  for (const char* text : {"", "c", "c/", "c/x", "c/-1"}) {
    EXPECT_FALSE(ItemHandle::FromText(text).has_value()) << text;
  }
}

TEST(Layout, ExpiriesAreReadBack) {
  int64_t us = 0;
  std::string id;
  ASSERT_TRUE(ParseExpiryKey(ExpiryKey(1234567, "c-1"), &us, &id));
  EXPECT_EQ(us, 1234567);
  EXPECT_EQ(id, "c-1");
  EXPECT_FALSE(ParseExpiryKey("", &us, &id));
  EXPECT_FALSE(ParseExpiryKey("E123", &us, &id));
}

}  // namespace
}  // namespace dci::exchange
