#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "services/base/bytes.h"
#include "services/base/clock.h"
#include "services/base/hash.h"
#include "services/base/ids.h"
#include "services/base/sealer.h"
#include "services/base/status_macros.h"
#include "services/base/status_matchers.h"

namespace dci {
namespace {

absl::StatusOr<int> Twice(const absl::StatusOr<int>& in) {
  ASSIGN_OR_RETURN(int value, in);
  RETURN_IF_ERROR(value < 0 ? absl::OutOfRangeError("negative")
                            : absl::OkStatus());
  return 2 * value;
}

TEST(Sealer, OpensWhatItSealedAndNothingElse) {
  const Sealer sealer(std::string(Sealer::kKeyBytes, 'k'));
  const std::string text = "primary key of a person";
  std::set<std::string> seen;
  for (const std::string& plain : {std::string(), text, std::string(5000, 0)}) {
    const std::string sealed = sealer.Seal(plain);
    EXPECT_EQ(sealed.size(), plain.size() + 28);
    EXPECT_EQ(sealer.Open(sealed), plain);
    seen.insert(sealed);
    seen.insert(sealer.Seal(plain));
  }
  EXPECT_EQ(seen.size(), 6u);  // equal texts do not look alike
  const std::string sealed = sealer.Seal(text);
  EXPECT_EQ(sealed.find("person"), std::string::npos);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 1;
    EXPECT_EQ(sealer.Open(changed), std::nullopt) << i;
    EXPECT_EQ(sealer.Open(sealed.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(Sealer(Sealer::NewKey()).Open(sealed), std::nullopt);
}

TEST(StatusMacros, ReturnTheErrorOrGoOn) {
  ASSERT_OK_AND_ASSIGN(int four, Twice(2));
  EXPECT_EQ(four, 4);
  EXPECT_THAT(Twice(-1), StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(Twice(absl::NotFoundError("no")),
              StatusIs(absl::StatusCode::kNotFound, "no"));
}

TEST(Timestamp, KeepsTheInstantAndWantsAZone) {
  ASSERT_OK_AND_ASSIGN(absl::Time t,
                       ParseTimestamp("2022-12-04T17:20:07-04:00"));
  EXPECT_EQ(FormatTimestamp(t), "2022-12-04T21:20:07.000Z");
  for (const char* bad : {"", " ", "1995-09-21T11:20:00", "2022-12-04",
                          " 2022-12-04T17:20:07Z", "infinite-future"}) {
    EXPECT_THAT(ParseTimestamp(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

// Also where it is written digit by digit.
TEST(Timestamp, IsWrittenAsTheLibraryWritesIt) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.9999Z",
        "2024-02-29T23:59:59.0009Z", "2026-11-24T06:07:08.123456Z",
        "9999-12-31T23:59:59.999Z", "1000-01-01T00:00:00Z",
        "0999-12-31T23:59:59.5Z"}) {
    ASSERT_OK_AND_ASSIGN(absl::Time t, ParseTimestamp(text));
    EXPECT_EQ(FormatTimestamp(t), absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", t,
                                                   absl::UTCTimeZone()))
        << text;
  }
  EXPECT_EQ(FormatTimestamp(absl::InfiniteFuture()), "infinite-future");
}

TEST(Ids, AreUuidsAndDifferAlsoBetweenThreads) {
  constexpr int kThreads = 4, kEach = 1000;
  std::vector<std::vector<std::string>> ids(kThreads);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& own : ids)
    threads.emplace_back([&own] {
      for (int i = 0; i < kEach; ++i)
        own.push_back(IdSource::Random()->NewId());
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> seen;
  for (const std::vector<std::string>& own : ids) {
    for (const std::string& id : own) {
      EXPECT_THAT(id, ::testing::MatchesRegex(
                          "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]"
                          "{3}-[0-9a-f]{12}"));
      EXPECT_TRUE(seen.insert(id).second);
    }
  }
}

TEST(OrderedBytes, RoundTripAndKeepOrder) {
  const std::string texts[] = {
      "",    std::string("\0", 1),  std::string("\0a", 2),
      "a",   std::string("a\0", 2), "ab",
      "\xff"};
  std::string previous;
  for (const std::string& text : texts) {
    std::string key;
    AppendOrderedText(&key, text);
    EXPECT_LT(previous, key);
    previous = key;
    AppendOrderedU64(&key, 258);
    absl::string_view rest = key;
    std::string back;
    uint64_t number = 0;
    ASSERT_TRUE(ConsumeOrderedText(&rest, &back));
    ASSERT_TRUE(ConsumeOrderedU64(&rest, &number));
    EXPECT_EQ(back, text);
    EXPECT_EQ(number, 258u);
    EXPECT_TRUE(rest.empty());
  }
  absl::string_view bad("a\0\x02", 3);
  std::string back;
  EXPECT_FALSE(ConsumeOrderedText(&bad, &back));
}

TEST(PrefixEnd, IsTheNextKeyAfterAllWithThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
}

TEST(Hash, KnownAnswers) {
  EXPECT_EQ(absl::BytesToHexString(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(absl::BytesToHexString(Blake2b512("abc")).substr(0, 16),
            "ba80a53f981c4d0d");
}

}  // namespace
}  // namespace dci
