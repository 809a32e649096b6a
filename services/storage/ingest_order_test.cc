#include "services/storage/ingest_order.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace dci::storage {
namespace {

using Key = std::pair<int, std::string>;

// As the entries would stand in a store after they were put one by one.
std::map<Key, std::string> Put(const std::vector<Entry>& entries) {
  std::map<Key, std::string> stored;
  for (const Entry& entry : entries)
    stored[{entry.space.id, entry.key}] = entry.value;
  return stored;
}

void ExpectOrdered(const std::vector<Entry>& entries) {
  const std::map<Key, std::string> expected = Put(entries);
  const std::vector<Entry> ordered = Ordered(entries);
  ASSERT_EQ(ordered.size(), expected.size());
  size_t at = 0;
  for (const auto& [key, value] : expected) {
    EXPECT_EQ(ordered[at].space.id, key.first);
    EXPECT_EQ(ordered[at].key, key.second);
    EXPECT_EQ(ordered[at++].value, value);
  }
}

TEST(IngestOrderTest, TakesNothingAndOne) {
  ExpectOrdered({});
  ExpectOrdered({{Space{1}, "k", "v"}});
}

TEST(IngestOrderTest, ZeroBytesAndBeginningsAreTold) {
  const std::string z(1, '\0');
  ExpectOrdered({{Space{0}, "a" + z + z, "3"},
                 {Space{0}, "a", "1"},
                 {Space{0}, "", "0"},
                 {Space{0}, "a" + z, "2"},
                 {Space{0}, "\xff", "5"},
                 {Space{0}, "a\x01", "4"}});
}

TEST(IngestOrderTest, OfEqualKeysTheLastCountsInEachSpace) {
  ExpectOrdered({{Space{1}, "k", "first"},
                 {Space{0}, "k", "other space"},
                 {Space{1}, "k", "second"},
                 {Space{1}, "j", "before"},
                 {Space{1}, "k", "third"}});
}

// Keys shorter and longer than what is compared at once, with long common
// beginnings, many of them twice.
TEST(IngestOrderTest, OrdersManyKeysAsAMapDoes) {
  std::mt19937 random(1);
  std::vector<Entry> entries;
  for (int i = 0; i < 5000; ++i) {
    std::string key(random() % 40, 'x');
    for (size_t j = random() % 5; j > 0 && !key.empty(); --j)
      key[key.size() - 1 - random() % std::min<size_t>(key.size(), 3)] =
          static_cast<char>(random() % 256);
    entries.push_back({Space{static_cast<uint8_t>(random() % 3)},
                       std::move(key), std::to_string(i)});
  }
  ExpectOrdered(entries);
}

}  // namespace
}  // namespace dci::storage
